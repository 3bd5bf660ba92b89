import { parseTree } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';

/**
 * JSON as its author wrote it. Values are replaced in the text itself, so that everything else (order, spacing, the
 * spelling of numbers, escapes, names that occur twice) stays byte for byte.
 */
export type JsonNode = Node;

/** A replacement of `length` characters from `offset` on. */
export interface TextEdit {
  offset: number;
  length: number;
  content: string;
}

/** Returns the text's root. Throws where the text is no JSON; comments and trailing commas are none. */
export function readTree(text: string): JsonNode {
  const errors: unknown[] = [];
  const root = parseTree(text, errors as never[], { disallowComments: true });
  if (!root || errors.length > 0) throw new Error('the text is not JSON');
  return root;
}

/** Steps to a value; `*` is every item of an array. */
export type Steps = readonly string[];

/** Returns every value at the end of these steps, in the text's order. A name that is written twice leads to both. */
export function valuesAt(root: JsonNode, steps: Steps): JsonNode[] {
  return steps.reduce<JsonNode[]>(
    (nodes, step) =>
      nodes.flatMap((node) =>
        step === '*'
          ? node.type === 'array'
            ? (node.children ?? [])
            : []
          : propertiesOf(node).flatMap(({ name, value }) => (name === step ? [value] : [])),
      ),
    [root],
  );
}

/** Returns the members of an object with their names as they are meant, escapes resolved; empty for anything else. */
export function propertiesOf(node: JsonNode): { name: string; value: JsonNode }[] {
  if (node.type !== 'object') return [];
  return (node.children ?? []).flatMap(({ children }) => {
    const [name, value] = children ?? [];
    return typeof name?.value === 'string' && value ? [{ name: name.value, value }] : [];
  });
}

export function replaceValue({ offset, length }: JsonNode, value: unknown): TextEdit {
  return { offset, length, content: JSON.stringify(value) };
}

/** Returns the edit that adds a last member to an object. */
export function addMember(object: JsonNode, name: string, value: unknown): TextEdit {
  const comma = (object.children ?? []).length > 0 ? ',' : '';
  const content = `${comma}${JSON.stringify(name)}:${JSON.stringify(value)}`;
  return { offset: object.offset + object.length - 1, length: 0, content };
}

/** Edits that do not touch each other, in one pass: a text may ask for thousands, and none may cost a copy of it all. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const pieces: string[] = [];
  let at = 0;
  for (const { offset, length, content } of edits.toSorted((a, b) => a.offset - b.offset)) {
    pieces.push(text.slice(at, offset), content);
    at = offset + length;
  }
  return pieces.join('') + text.slice(at);
}
