import { timingSafeEqual } from 'node:crypto';
import { secretBytes } from './secrets';
import { digest } from './sign';

/**
 * What a receiver does with a callback, over the raw body and before parsing it. A true answer says that somebody who
 * holds a secret sent exactly these bytes within the tolerance; it does not say that they were not sent before, so a
 * receiver remembers the id for a while.
 */

export const TOLERANCE_SECONDS = 300;

/** A sender in the middle of a rotation sends two; more than this many entries are not looked at. */
const SIGNATURES_MAX = 16;

export interface ReceivedMessage {
  /** Any case, as node:http or a plain object gives them; a header given twice counts as missing. */
  headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The raw bytes; a string stands for its UTF-8. */
  body: Uint8Array | string;
  /** One, or during a rotation several. */
  secrets: string | readonly string[];
  nowSeconds: number;
  /** Seconds, each side. */
  toleranceSeconds?: number;
}

export type VerifyResult =
  | { ok: true; id: string }
  | { ok: false; reason: 'missing_header' | 'bad_timestamp' | 'too_old' | 'too_new' | 'no_match' };

/** Entries of other versions (`v1a`) are passed over. Throws only for a secret that is none. */
export function verify(received: ReceivedMessage): VerifyResult {
  const id = header(received, 'webhook-id');
  const stamp = header(received, 'webhook-timestamp');
  const signatures = header(received, 'webhook-signature');
  if (!id || !stamp || !signatures) return { ok: false, reason: 'missing_header' };

  // Strict: `parseInt` would take `123abc`, and the signed text must be the one that was checked.
  const timestamp = /^(0|[1-9][0-9]{0,14})$/.test(stamp) ? Number(stamp) : undefined;
  if (timestamp === undefined) return { ok: false, reason: 'bad_timestamp' };
  const tolerance = received.toleranceSeconds ?? TOLERANCE_SECONDS;
  // A clock that is no number fits no message, rather than every one.
  if (!(timestamp >= received.nowSeconds - tolerance)) return { ok: false, reason: 'too_old' };
  if (!(timestamp <= received.nowSeconds + tolerance)) return { ok: false, reason: 'too_new' };

  const secrets = typeof received.secrets === 'string' ? [received.secrets] : received.secrets;
  const expected = secrets.map((secret) =>
    digest({ id, timestamp, body: received.body }, secretBytes(secret)),
  );
  return isAnyEqual(expected, readSignatures(signatures))
    ? { ok: true, id }
    : { ok: false, reason: 'no_match' };
}

function header(received: ReceivedMessage, name: string): string | undefined {
  const values = Object.entries(received.headers)
    .filter(([key]) => key.toLowerCase() === name)
    .flatMap(([, value]) => value ?? []);
  return values.length === 1 ? values[0] : undefined;
}

function readSignatures(text: string): Buffer[] {
  return text
    .split(' ', SIGNATURES_MAX)
    .filter((entry) => entry.startsWith('v1,'))
    .map((entry) => entry.slice('v1,'.length))
    .flatMap((base64) => {
      const bytes = Buffer.from(base64, 'base64');
      // Only one spelling per signature: a changed character never leaves the message valid.
      return bytes.toString('base64') === base64 ? [bytes] : [];
    });
}

/** Compares every pair, so that the time taken does not tell which one matched. */
function isAnyEqual(expected: readonly Buffer[], given: readonly Buffer[]): boolean {
  let found = false;
  for (const one of expected) {
    for (const other of given) {
      if (one.length === other.length && timingSafeEqual(one, other)) found = true;
    }
  }
  return found;
}
