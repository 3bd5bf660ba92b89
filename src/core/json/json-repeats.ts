import { endOfString } from './json-bounds';

/** Reading a JSON text would change what it says at this path, for this reason. */
export interface ChangedValue {
  /** `['metadata', 'ref']`; items of lists by their index. */
  path: readonly string[];
  /** Follows the name of the field. */
  problem: string;
}

/**
 * Returns the first field of a JSON text that its object has twice, such as `{"seconds": 4, "seconds": 12}`; undefined
 * where none has. Readers differ in which of the two they take (RFC 8259, section 4), so the price could be of one and
 * the video of the other. The text is JSON already; of any other the answer means nothing. It reads in one pass and
 * jumps over texts, since a body may have megabytes of them.
 */
export function repeatedName(json: Uint8Array): ChangedValue | undefined {
  const open: Frame[] = [];
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    const frame = open.at(-1);
    if (byte === QUOTE) {
      const end = endOfString(json, index);
      if (frame?.names && byteAfter(json, end + 1) === COLON) {
        frame.at = nameIn(json.subarray(index, end + 1));
        if (frame.names.has(frame.at))
          return { path: open.map(({ at }) => String(at)), problem: REPEATED };
        frame.names.add(frame.at);
      }
      index = end;
    } else if (byte === BRACE) open.push({ names: new Set(), at: '' });
    else if (byte === BRACKET) open.push({ names: undefined, at: 0 });
    else if (byte === BRACE_END || byte === BRACKET_END) open.pop();
    else if (byte === COMMA && typeof frame?.at === 'number') frame.at += 1;
  }
  return undefined;
}

/** An object or a list that has not ended: the names so far (none in a list), and the name or index that is read. */
interface Frame {
  names: Set<string> | undefined;
  at: string | number;
}

/** Says of a field or a parameter that it is there more than once; it follows the name. */
export const REPEATED = 'is there twice; send it once';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const SPACES: readonly (number | undefined)[] = [0x20, 0x09, 0x0a, 0x0d];

function byteAfter(json: Uint8Array, start: number): number | undefined {
  let index = start;
  while (SPACES.includes(json[index])) index += 1;
  return json[index];
}

/** Reads a name as its object will have it: two spellings of one letter are one name. */
function nameIn(token: Uint8Array): string {
  const text = new TextDecoder().decode(token);
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
