import { uuidv7 } from 'uuidv7';

/**
 * Makes a UUIDv7, one per job. Every dialect renders it in its own form and every endpoint reads any form, so that an
 * id taken from one API works at another.
 */
export function newId(): string {
  return uuidv7();
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** What the texts look like that `readId` reads. */
export const ID_FORM =
  /^(?:(?:[A-Za-z]+_)?[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$/;

/** Writes a UUID in a dialect's form: `video_018f...`. */
export function renderId(prefix: string, id: string): string {
  return `${prefix}_${id.replaceAll('-', '')}`;
}

export const isUuid = (text: string): boolean => UUID.test(text);

/**
 * Reads a UUID in any of our forms (`018f...` with or without hyphens, `video_018f...`); undefined when the text is
 * none of them.
 */
export function readId(text: string): string | undefined {
  if (!ID_FORM.test(text)) return undefined;
  const hex = text.replaceAll('-', '').slice(-32).toLowerCase();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
