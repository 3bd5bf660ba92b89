import { jsonOfText } from '../json/fields';
import { SNIFF_BYTES, sniffMediaType } from '../media/sniff';

/**
 * A word that carries a medium, known by its value and not by its name: a URL, a data URL, an asset id, base64 of a
 * file that its first bytes tell, or a list, an object or JSON text that holds one at any depth. Where nobody reads such
 * a word it is refused: dropped or passed on unread, it would be a video without the picture that was paid for.
 */
export interface CarriedMedium {
  /** The path leads from the value that was looked at to the medium, `['config', 'image']`; it is empty for the value itself. */
  path: readonly string[];
  what: 'url' | 'file';
}

/** Returns the first medium that a value of JSON carries; undefined for settings. */
export function carriedBy(value: unknown, depthLeft = DEPTH_MAX): CarriedMedium | undefined {
  if (typeof value === 'string') return carriedByText(value, depthLeft);
  if (typeof value !== 'object' || value === null || depthLeft === 0) return undefined;
  for (const [name, entry] of Object.entries(value)) {
    const carried = carriedBy(entry, depthLeft - 1);
    if (carried) return { ...carried, path: [name, ...carried.path] };
  }
  return undefined;
}

/** The depth to which a value is searched: deeper than an endpoint lets JSON be. */
const DEPTH_MAX = 40;

function carriedByText(text: string, depthLeft: number): CarriedMedium | undefined {
  if (/^\s*data:/i.test(text) || isBase64OfFile(text)) return { path: [], what: 'file' };
  if (isUrl(text)) return { path: [], what: 'url' };
  const read = jsonOfText(text);
  return read === text ? undefined : carriedBy(read, depthLeft - 1);
}

/**
 * Says whether a text is a URL: it has any scheme (`https:`, `asset:`, `oss:`, `gs:`), or none as in
 * `//cdn.example/a.png`.
 */
const isUrl = (text: string): boolean =>
  /^\s*(?:(?:blob:)?[a-z][a-z0-9+.-]*:\/\/|\/\/[^\s/])/i.test(text);

/** Long enough for a file; a short text may be like the start of one by chance. */
const BASE64_LENGTH_MIN = 40;

function isBase64OfFile(text: string): boolean {
  if (text.length < BASE64_LENGTH_MIN) return false;
  const start = startOfBase64(text);
  return start !== undefined && sniffMediaType(start) !== undefined;
}

/**
 * Returns the first bytes of what a text says in base64, either alphabet, line breaks allowed; undefined where it is
 * none.
 */
export function startOfBase64(text: string): Uint8Array | undefined {
  const start = text.slice(0, SNIFF_BYTES * 4).replaceAll(/\s/g, '');
  return /^[\w+/-]+=*$/.test(start) ? Buffer.from(start, 'base64') : undefined;
}
