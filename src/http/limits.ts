import { LIMITS } from '../core/settings/limits';
import { KIB, MIB } from '../core/settings/setting';
import { WAITS } from '../core/settings/waits';

/**
 * Every bound of the HTTP side by name, in bytes unless the name says otherwise. What an operator may set has its
 * default from the table of the config.
 */
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
  /**
   * What request bodies may cost this process at one moment; past it the answer is 503. A body counts as often as it is
   * held while it is read: its bytes, its text, the values parsed of it and the files decoded of those.
   */
  bodyMemoryBytesMax: LIMITS.bodyMemoryBytesMax.default,
  bodyMemoryFactor: 4,
  /** Bodies up to here have a part of their own. */
  smallBodyBytesMax: MIB,
  smallBodiesMemoryBytesMax: 128 * MIB,
  /** A workspace may hold this share (0 to 1) of bodies and unfinished uploads, and one full body always; else 429. */
  workspaceShare: 0.5,
  keyShare: 0.25,
  /** A body of which nothing comes for so long is refused. */
  bodyIdleMs: WAITS.bodyIdleMs.default,
  /** A body that comes slower over such a stretch is refused, since it holds its share as well; 0 is no least pace. */
  bodyBytesPerSecond: LIMITS.bodyBytesPerSecond.default,
  /** Creates that are the same are one job for so long, for keys that ask for it. */
  joinedMs: WAITS.joinedMs.default,
  /** A whole form with its files. */
  formBytesMax: 256 * MIB,
  /** Forms that have not ended, whose files lie in the blob folder already; past it the answer is 503. */
  uploadBytesMax: LIMITS.uploadBytesMax.default,
  fileBytesMax: 64 * MIB,
  filesMax: 12,
  partsMax: 200,
  fieldBytesMax: 32 * MIB,
  fieldNameBytesMax: 200,
  bracketDepthMax: 4,
  partHeadersMax: 20,
  partHeaderBytesMax: 8 * KIB,
  /** Requests with a wrong key or token that one address may send in a minute; past them it is answered 429. */
  authFailuresPerMinute: LIMITS.authFailuresPerMinute.default,
  requestsPerMinutePerAddress: LIMITS.requestsPerMinutePerAddress.default,
  requestsPerMinutePerKey: LIMITS.requestsPerMinutePerKey.default,
  requestsPerMinutePerWorkspace: LIMITS.requestsPerMinutePerWorkspace.default,
  createsPerMinutePerKey: LIMITS.createsPerMinutePerKey.default,
  createsPerMinutePerWorkspace: LIMITS.createsPerMinutePerWorkspace.default,
  authAddressesMax: 10_000,
  /** Unknown keys of addresses past that budget are looked up together, once in such a pause. */
  lateKeysPauseMs: 100,
  lateKeysMax: 2_000,
  lateKeysPerAddressMax: 500,
  /** Callbacks of providers are hints, not documents. */
  callbackBytesMax: 256 * KIB,
  /** The rest of a body is read and thrown away up to here after an early answer, so that the answer arrives. */
  lingerBytesMax: 64 * MIB,
  lingerMs: 5_000,
  /** A download in which nothing moves for so long is cut. */
  streamIdleMs: 30_000,
};

/** Writes a size as `64 MiB`, or in plain bytes where that is no whole number. */
export function sizeText(bytes: number): string {
  return bytes % MIB === 0 ? `${String(bytes / MIB)} MiB` : `${String(bytes)} bytes`;
}

export type HttpLimits = typeof HTTP_LIMITS;
