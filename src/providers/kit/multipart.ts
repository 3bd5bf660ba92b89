import type { Call } from '../../core/provider/exchange';

/** One field of a form: a text, or a file with its bytes. */
export type Part =
  | { name: string; text: string }
  | { name: string; filename: string; mime: string; bytes: Uint8Array };

/**
 * Returns the POST of a form (`multipart/form-data`, RFC 7578). `seed` makes its boundary, so that the same request is the
 * same bytes: the id of an attempt. A form of texts alone has a text as its body.
 */
export function formCall(path: string, parts: readonly Part[], seed: string): Call {
  const boundary = boundaryFor(parts, seed);
  const pieces = [...parts.flatMap((part) => piecesOf(part, boundary)), `--${boundary}--\r\n`];
  return {
    method: 'POST',
    target: { path },
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    body: joined(pieces),
  };
}

type Piece = string | Uint8Array;

function piecesOf(part: Part, boundary: string): Piece[] {
  const head = `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(part.name)}"`;
  if ('text' in part) return [`${head}\r\n\r\n${part.text}\r\n`];
  const { filename, mime, bytes } = part;
  const type = mime.replaceAll(/[^\x21-\x7e]/g, '');
  return [
    `${head}; filename="${quoted(filename)}"\r\ncontent-type: ${type}\r\n\r\n`,
    bytes,
    '\r\n',
  ];
}

/** Writes a name as browsers do (WHATWG HTML, "multipart form data"), so that no name ends the header it stands in. */
const quoted = (name: string): string =>
  name.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');

function joined(pieces: readonly Piece[]): Uint8Array | string {
  const texts = pieces.filter((piece) => typeof piece === 'string');
  if (texts.length === pieces.length) return texts.join('');
  return Buffer.concat(pieces.map((piece) => bufferOf(piece)));
}

const bufferOf = (piece: Piece): Buffer =>
  typeof piece === 'string'
    ? Buffer.from(piece)
    : Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);

/** Tries at most so many boundaries; a form would have to hold each of them. */
const BOUNDARIES_MAX = 1_000;

/** Returns a boundary that stands in none of the parts: a part that holds it would end there. */
function boundaryFor(parts: readonly Part[], seed: string): string {
  const start = `reelay-${seed.replaceAll(/[^\w-]/g, '').slice(0, SEED_LENGTH_MAX)}`;
  for (let more = 0; more < BOUNDARIES_MAX; more += 1) {
    const boundary = more === 0 ? start : `${start}-${String(more)}`;
    const isFree = parts.every(
      (part) => !bufferOf('text' in part ? part.text : part.bytes).includes(boundary),
    );
    if (isFree) return boundary;
  }
  throw new Error('the form holds every boundary that was tried');
}

/** A boundary has at most 70 characters (RFC 2046, 5.1.1). */
const SEED_LENGTH_MAX = 50;
