/** Parses a body as JSON. Undefined for what is none. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads a whole number from 1 to `max`, such as the `30` of `?pageSize=30`. Undefined for any other text. */
export function wholeNumber(text: string, max: number): number | undefined {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= max ? number : undefined;
}

/** Decodes padded base64. Undefined for what is none, and for an empty text. */
export function parseBase64(text: string): Buffer | undefined {
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text) && text.length % 4 === 0;
  return isBase64 ? Buffer.from(text, 'base64') : undefined;
}
