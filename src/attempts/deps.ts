import type { Logger } from 'pino';
import type { Catalog, Channel } from '../core/catalog/catalog';
import type { Blobs } from '../core/ports/blobs';
import type { Engine } from '../core/ports/engine';
import type { Outbound } from '../core/ports/outbound';
import type { Store } from '../core/ports/store/store';

/** What a look needs: it is made by activities, and by the API when a provider calls back. */
export interface LookDeps {
  store: Store;
  catalog: Catalog;
  outbound: Outbound;
  engine: Engine;
  waits: AttemptWaits;
  limits: AttemptLimits;
  now(): number;
  log: Logger;
}

/** What a submit needs, which is more than a look needs. */
export interface AttemptDeps extends LookDeps {
  blobs: Blobs;
  /** Gives a random number from 0 to 1. */
  random(): number;
  /** Makes 128 fresh random bits, in hex. */
  newToken(): string;
  /** Gives the URL at which this channel's provider can reach us with hints; undefined where it is only polled. */
  callbackBase(channel: Channel): string | undefined;
}

/** Named waits of talking to a provider, from config; milliseconds. */
export interface AttemptWaits {
  /** A POST is aborted after this. */
  sendMs: number;
  /** One HTTP exchange of a look, a lookup or a cancel. */
  exchangeMs: number;
  /** The answer to a POST is offered to the database for this long. */
  recordMs: number;
  /** First pause before a refused submit is sent again; each further one is longer. */
  busyRetryMs: number;
  /** Longest of these pauses. */
  busyRetryMaxMs: number;
  /** How long every look must say so before a job is lost, refused, without a video, or its result no video. */
  goneGraceMs: number;
  deniedGraceMs: number;
  noOutputGraceMs: number;
  unreadableGraceMs: number;
  /** The first bytes of a result are waited for so long. */
  probeMs: number;
  /** A provider's Retry-After to a look counts up to this. */
  lookRetryAfterMaxMs: number;
  /** Pause between two looks at a provider whose job we gave up. */
  lateLookMs: number;
}

export interface AttemptLimits {
  replyBytesMax: number;
  /** So much of a result is read to see whether it is a video. */
  probeBytes: number;
  /** Late looks per sweep. */
  lateLooks: number;
}
