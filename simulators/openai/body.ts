import { parseForm } from '../kit/multipart';
import { parseJson } from '../kit/parse';
import type { Refusal } from '../kit/refusal';
import { invalid } from './refusal';

/** A create's fields, of a form and of JSON alike: `input_reference[image_url]` of a form is an object there too. */
export interface Body {
  fields: Readonly<Record<string, unknown>>;
  isForm: boolean;
}

/** A file of a form, as the value of its field. */
export interface FileValue {
  mime: string;
  bytes: Buffer;
}

export const isFile = (value: unknown): value is FileValue =>
  typeof value === 'object' && value !== null && 'mime' in value && 'bytes' in value;

/** Reads the body of a create, or says what is wrong with it. */
export function readBody(
  contentType: string,
  bytes: Uint8Array,
): { body: Body } | { refused: Refusal } {
  if (/^multipart\/form-data/i.test(contentType)) {
    const parts = parseForm(contentType, bytes);
    if (!parts) return { refused: invalid('body', 'is no form', 'invalid_multipart_form') };
    const fields: Record<string, unknown> = {};
    for (const part of parts) {
      const value = part.filename === undefined ? part.bytes.toString('utf8') : fileOf(part);
      const [, outer = part.name, inner] = /^([^[]+)\[([^\]]+)\]$/.exec(part.name) ?? [];
      if (inner === undefined) fields[outer] = value;
      else fields[outer] = { ...(fields[outer] as object | undefined), [inner]: value };
    }
    return { body: { fields, isForm: true } };
  }
  const fields = parseJson(bytes);
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    return { refused: invalid('body', 'is no JSON object', 'invalid_json') };
  }
  return { body: { fields: fields as Body['fields'], isForm: false } };
}

const fileOf = ({ mime, bytes }: FileValue): FileValue => ({ mime, bytes });
