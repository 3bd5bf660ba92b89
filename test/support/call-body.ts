import { parseForm } from '../../simulators/kit/multipart';
import type { Call } from '../../src/core/provider/exchange';

/** A part of a form as wire files show it: a text, or a file in base64. */
export type ShownPart =
  { name: string; text: string } | { name: string; filename: string; mime: string; base64: string };

/**
 * Returns what a call says: JSON as a value, since the order of keys means nothing, and a form as its parts in their order.
 * Neither for a call without a body. Throws for a body that is none of them.
 */
export function bodyOf({ body, headers }: Call): { body?: unknown; parts?: ShownPart[] } {
  if (body === undefined) return {};
  const type = headers['content-type'] ?? '';
  if (!type.startsWith('multipart/')) return { body: JSON.parse(String(body)) as unknown };
  const parts = parseForm(type, Buffer.from(body));
  if (!parts) throw new Error('the form cannot be read');
  return {
    parts: parts.map(({ name, filename, mime, bytes }) =>
      filename === undefined
        ? { name, text: bytes.toString('utf8') }
        : { name, filename, mime, base64: bytes.toString('base64') },
    ),
  };
}

/** Names the fields of a call's body, or those of one object in it: `input_reference` of `input_reference[image_url]`. */
export function fieldsOf(call: Call, at?: string): string[] {
  const { body, parts } = bodyOf(call);
  if (parts) return [...new Set(parts.map(({ name }) => name.replace(/\[.*$/, '')))];
  const all = (body ?? {}) as Record<string, object>;
  return Object.keys((at === undefined ? all : all[at]) ?? {});
}
