import { findNodeAtLocation, parse, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError, ParseOptions } from 'jsonc-parser';
import { propertiesOf } from './json-text';

/**
 * This module reads a JSON text that a person wrote, with comments and commas after the last entry, and says at which
 * line (from 1) of it something stands.
 */

const HAND_WRITTEN: ParseOptions = { disallowComments: false, allowTrailingComma: true };

/** Why the text is no JSON, or that a name stands twice in one object, of which a reader would see only the last. */
export interface JsonProblem {
  line: number;
  text: string;
}

export function jsonProblem(text: string): JsonProblem | undefined {
  try {
    return problemIn(text);
  } catch (error) {
    if (error instanceof RangeError) return { line: 1, text: 'is nested too deeply' };
    throw error;
  }
}

function problemIn(text: string): JsonProblem | undefined {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, HAND_WRITTEN);
  const [first] = errors;
  if (first || !root) {
    const why = first ? wordsOf(first.error) : 'value expected';
    return { line: lineAt(text, first?.offset ?? 0), text: `is not JSON: ${why}` };
  }
  const twice = repeated(root);
  if (!twice) return undefined;
  return {
    line: lineAt(text, twice.offset),
    text:
      twice.name === '__proto__'
        ? '"__proto__" is no name of an entry'
        : `"${twice.name}" stands here a second time: put the two together`,
  };
}

/** Returns the value of a text that has no problem. */
export function valueOf(text: string): unknown {
  return parse(text, [], HAND_WRITTEN) as unknown;
}

/** Returns the value of that entry as it is written; undefined where the text has none. */
export function valueAt(text: string, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, step)
        ? (Reflect.get(value, step) as unknown)
        : undefined,
    valueOf(text),
  );
}

/**
 * Reads a text once for many questions about lines: the one returned gives that of an entry or, where it is missing, of
 * the nearest one around it; undefined for the whole text.
 */
export function linesOf(text: string): (path: readonly PropertyKey[]) => number | undefined {
  const root = parseTree(text, [], HAND_WRITTEN);
  return (path) => lineIn(text, root, path);
}

function lineIn(
  text: string,
  root: Node | undefined,
  path: readonly PropertyKey[],
): number | undefined {
  for (let length = path.length; root && length > 0; length -= 1) {
    const steps = path
      .slice(0, length)
      .map((step) => (typeof step === 'number' ? step : String(step)));
    const node = findNodeAtLocation(root, steps);
    // The name's line: a value may begin on the next one.
    if (node)
      return lineAt(text, node.parent?.type === 'property' ? node.parent.offset : node.offset);
  }
  return undefined;
}

function repeated(node: Node): { name: string; offset: number } | undefined {
  const seen = new Set<string>();
  for (const { name, value } of propertiesOf(node)) {
    if (name === '__proto__' || seen.has(name))
      return { name, offset: value.parent?.offset ?? value.offset };
    seen.add(name);
  }
  for (const child of node.children ?? []) {
    const found = repeated(child);
    if (found) return found;
  }
  return undefined;
}

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

/** Writes `CommaExpected` as `comma expected`. */
const wordsOf = (error: ParseError['error']): string => {
  const code = printParseErrorCode(error);
  if (code === 'EndOfFileExpected') return 'it ends before here, and a file is one object';
  return code.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
};
