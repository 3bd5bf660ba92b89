const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** True when objects and arrays are nested deeper than `depthMax`. One pass over bytes that need not be valid JSON. */
export function isDeeperThan(json: Uint8Array, depthMax: number): boolean {
  let depth = 0;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === QUOTE) index = endOfString(json, index);
    // [ { open, ] } close: the pairs differ from each other by 0x20.
    else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
  }
  return false;
}

/** Index of the closing quote, or the end. `indexOf` makes megabytes of base64 cheap. */
function endOfString(json: Uint8Array, start: number): number {
  for (let from = start + 1; ;) {
    const end = json.indexOf(QUOTE, from);
    if (end < 0) return json.length;
    let slashes = 0;
    while (json[end - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
    from = end + 1;
  }
}
