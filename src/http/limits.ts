const KIB = 1024;
const MIB = 1024 * KIB;

/** Every bound of the door, by name. Bytes unless the name says otherwise. */
export const HTTP_LIMITS = {
  /** JSON on routes that take a body; data URLs come this way. */
  jsonBytesMax: 64 * MIB,
  /** JSON of settings. */
  smallJsonBytesMax: MIB,
  /** Bodies on routes that take none. */
  ignoredBodyBytesMax: MIB,
  jsonDepthMax: 20,
  /** Members and items of a body: the largest request has some hundreds, and 400,000 keep the process for a second. */
  jsonValuesMax: 10_000,
  /** All request bodies held in memory by this process at one moment; past it the answer is 503. */
  bodyMemoryBytesMax: 256 * MIB,
  fileBytesMax: 64 * MIB,
  filesMax: 12,
  partsMax: 200,
  fieldBytesMax: 32 * MIB,
  fieldNameBytesMax: 200,
  bracketDepthMax: 4,
  partHeadersMax: 20,
  partHeaderBytesMax: 8 * KIB,
  /** Requests with a wrong key or token that one address may send in a minute; past them it is answered 429. */
  authFailuresPerMinute: 300,
  authAddressesMax: 10_000,
  /** Callbacks of providers are hints, not documents. */
  callbackBytesMax: 256 * KIB,
  /** After an early answer the rest of a body is read and thrown away up to here, so that the answer arrives. */
  lingerBytesMax: 64 * MIB,
  lingerMs: 5_000,
  /** A download in which nothing moves for so long is cut. */
  streamIdleMs: 30_000,
};

/** `64 MiB`, or plain bytes where that is no whole number. */
export function sizeText(bytes: number): string {
  return bytes % MIB === 0 ? `${String(bytes / MIB)} MiB` : `${String(bytes)} bytes`;
}

export type HttpLimits = typeof HTTP_LIMITS;
