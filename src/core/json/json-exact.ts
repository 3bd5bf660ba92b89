import { endOfString } from './json-bounds';
import { repeatedName, type ChangedValue } from './json-repeats';
import { propertiesOf, readTree, type JsonNode } from './json-text';

/**
 * Returns the first thing in a JSON text that would be another one once it is read: a number with more digits than
 * JavaScript holds (`12345678901234567890`), a field called `__proto__`, which an object would lose, or a field that is
 * there twice. Undefined where there is none, and for a text that is no JSON.
 */
export function changedByReading(json: Uint8Array): ChangedValue | undefined {
  const repeated = repeatedName(json);
  if (!repeated && !isSuspect(json)) return undefined;
  try {
    const text = new TextDecoder().decode(json);
    const tree = readTree(text);
    return repeated ?? changedIn(tree, text, []);
  } catch {
    return undefined;
  }
}

const PROTO = '__proto__';

/** Every double holds so many digits. */
const DIGITS_SAFE = 15;
/** The longest spelling of `__proto__`, each letter an escape, with its quotes. */
const NAME_LENGTH_MAX = 56;

/**
 * Says whether a text may hold such a number or name. It reads in one pass and builds no tree, since a body may have
 * megabytes and hardly any has one of these.
 */
function isSuspect(json: Uint8Array): boolean {
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index] ?? 0;
    if (byte === QUOTE) {
      const end = endOfString(json, index);
      const isName = end - index < NAME_LENGTH_MAX;
      if (isName && nameOf(latin1(json, index, end + 1)) === PROTO) return true;
      index = end;
    } else if (isOfNumber(byte)) {
      const start = index;
      while (isOfNumber(json[index + 1] ?? 0)) index += 1;
      const token = latin1(json, start, index + 1);
      if (/\d/.test(token) && !isExact(token)) return true;
    }
  }
  return false;
}

const QUOTE = 0x22;
/** Digits, `+`, `-`, `.`, `e`, `E`; of `true` and `false` too, which have no digit. */
const isOfNumber = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || [0x2b, 0x2d, 0x2e, 0x45, 0x65].includes(byte);

const latin1 = (json: Uint8Array, start: number, end: number): string =>
  Buffer.from(json.buffer, json.byteOffset + start, end - start).toString('latin1');

function nameOf(token: string): unknown {
  try {
    return JSON.parse(token);
  } catch {
    return undefined;
  }
}

function changedIn(
  node: JsonNode,
  text: string,
  path: readonly string[],
): ChangedValue | undefined {
  if (node.type === 'number') {
    const token = text.slice(node.offset, node.offset + node.length);
    if (isExact(token)) return undefined;
    const problem = `${token.slice(0, 40)} has more digits than a number can hold; send it as a text`;
    return { path, problem };
  }
  if (node.type === 'array') {
    return firstOf(node.children ?? [], (item, index) =>
      changedIn(item, text, [...path, String(index)]),
    );
  }
  return firstOf(propertiesOf(node), ({ name, value }) =>
    name === PROTO
      ? { path: [...path, name], problem: 'is not a name that a field can have' }
      : changedIn(value, text, [...path, name]),
  );
}

function firstOf<Item>(
  items: readonly Item[],
  look: (item: Item, index: number) => ChangedValue | undefined,
): ChangedValue | undefined {
  for (const [index, item] of items.entries()) {
    const found = look(item, index);
    if (found) return found;
  }
  return undefined;
}

/** Says whether the number that is read is the one that is written, however it is spelled (`1.50`, `1e2`). */
function isExact(token: string): boolean {
  if (token.replaceAll(/\D/g, '').length <= DIGITS_SAFE && !/[eE]/.test(token)) return true;
  return digitsOf(token) === digitsOf(String(Number(token)));
}

/** Writes `1.50e3` as `15e2`: the digits without zeros at either end, and the power of ten that they are counted in. */
function digitsOf(token: string): string {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  const power = Number(exponent) - fraction.length + digits.length - bare.length;
  return bare === '' && whole !== '' ? '0' : `${bare}e${String(power)}`;
}
