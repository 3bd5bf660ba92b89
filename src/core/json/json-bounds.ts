const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

export interface JsonBounds {
  /** Objects and arrays inside each other. */
  depthMax: number;
  /** Members and items, all together. */
  valuesMax: number;
}

/**
 * Returns the bound that a text is past, found in one pass over bytes that need not be valid JSON. Depth costs stack
 * and many small values cost seconds of parsing and checking; long texts (a file in base64) cost neither.
 */
export function boundPast(
  json: Uint8Array,
  { depthMax, valuesMax }: JsonBounds,
): keyof JsonBounds | undefined {
  let depth = 0;
  let values = 0;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfString(json, index);
    // [ { open, ] } close: the pairs differ from each other by 0x20.
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      values += 1;
      if (depth > depthMax) return 'depthMax';
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    else if (byte === COMMA) values += 1;
    if (values > valuesMax) return 'valuesMax';
  }
  return undefined;
}

/** Returns the index of a text's closing quote, or the end. `indexOf` makes megabytes of base64 cheap. */
export function endOfString(json: Uint8Array, start: number): number {
  for (let from = start + 1; ;) {
    const end = json.indexOf(QUOTE, from);
    if (end < 0) return json.length;
    let slashes = 0;
    while (json[end - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
    from = end + 1;
  }
}
