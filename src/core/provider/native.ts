import type { Headers } from './exchange';
import type { Draft } from '../request/draft';

/**
 * A request that passes through: the bytes of a caller who already speaks a provider's language. They are stored and
 * sent as they came; only what the gateway must own is rewritten, by the provider that speaks the wire.
 */
export interface NativeRequest {
  /** Name of the dialect it is written in; only providers that speak it may get it. */
  wire: string;
  /** Id of the blob with the body. */
  body: string;
  /** The caller's headers from a closed list; a credential is never among them. */
  headers: Headers;
  /** The query string as it came, without `?`. */
  search: string;
  /** Earlier jobs that the body names: the id as it is written there, and the one that the provider knows. */
  ids: Record<string, string>;
}

/** What a dialect hands over; the model's provider reads it, and the gateway stores the body. */
export interface NativeCreation {
  /** The wire that the caller speaks for certain; absent: whichever the model's providers speak. */
  wire?: string;
  /** Public name. */
  model: string;
  /** A JSON object in UTF-8. */
  body: Uint8Array;
  headers: Headers;
  search: string;
}

/**
 * What a body of a provider's own most likely means. It is read for price, echo and what must be ours; the provider is
 * the one who refuses.
 */
export interface NativeReading {
  request: Omit<Draft['request'], 'model'>;
  callbackUrl: Draft['callbackUrl'];
  /** Earlier jobs that it names. */
  references: readonly { id: string; param: string }[];
}

/** A provider's reply as it is stored: what a pass-through dialect answers. */
export interface StoredReply {
  status: number;
  type: string | undefined;
  body: Uint8Array;
}

/** What a provider that speaks a dialect has said of one job. */
export interface LatestReply {
  wire: string;
  /** Its own id of the job; undefined until it has accepted it. */
  id: string | undefined;
  /** The reply to the last look; once the job has ended, the reply that ended it. */
  reply: StoredReply | undefined;
}
