/** Callbacks stay below 20 kB (Standard Webhooks). */
export const CALLBACK_BYTES_MAX = 20_000;

/** Returns the first version that is short enough, as JSON; the last one whatever its length. Fullest first. */
export function callbackBody(versions: readonly [unknown, ...unknown[]]): string {
  const texts = versions.map((version) => JSON.stringify(version));
  const fitting = texts.find((text) => Buffer.byteLength(text) <= CALLBACK_BYTES_MAX);
  return fitting ?? texts.at(-1) ?? '';
}
