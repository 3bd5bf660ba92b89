import type { Logger } from 'pino';
import type { Catalog, Channel } from '../core/catalog/catalog';
import type { Blobs } from '../core/ports/blobs';
import type { Engine } from '../core/ports/engine';
import type { Outbound } from '../core/ports/outbound';
import type { Store } from '../core/ports/store/store';
import type { Limits } from '../core/settings/limits';
import type { Waits } from '../core/settings/waits';
import type { ChannelHealth } from './health';
import type { Rates } from './rates';

/** What a look needs: it is made by activities, and by the API when a provider calls back. */
export interface LookDeps {
  store: Store;
  catalog: Catalog;
  outbound: Outbound;
  rates: Rates;
  engine: Engine;
  waits: AttemptWaits;
  limits: AttemptLimits;
  now(): number;
  log: Logger;
  /** Keeps results that stand in a reply itself. */
  blobs: Pick<Blobs, 'put' | 'open'>;
}

/** What a submit needs, which is more than a look needs. */
export interface AttemptDeps extends LookDeps {
  blobs: Blobs;
  /** The breakers of channels. */
  health: ChannelHealth;
  /** Gives a random number from 0 to 1. */
  random(): number;
  /** Makes 128 fresh random bits, in hex. */
  newToken(): string;
  /** Gives the URL at which this channel's provider can reach us, with hints and for files; undefined where it cannot. */
  callbackBase(channel: Channel): string | undefined;
  /** Returns a link below `base` to a file that a caller gave, which works until that moment (Unix milliseconds). */
  signInput(base: string, blob: string, until: number): string;
  /** Makes a link of ours work until that moment; any other URL stays as it is. */
  renewLink(url: string, until: number): string;
}

/** The waits of the config that talking to a provider keeps to. */
export type AttemptWaits = Pick<
  Waits,
  | 'sendMs'
  | 'exchangeMs'
  | 'recordMs'
  | 'busyRetryMs'
  | 'busyRetryMaxMs'
  | 'goneGraceMs'
  | 'deniedGraceMs'
  | 'noOutputGraceMs'
  | 'unreadableGraceMs'
  | 'probeMs'
  | 'lookRetryAfterMaxMs'
  | 'lateLookMs'
  | 'breakerSlowMs'
>;

/** The limits of the config that talking to a provider keeps to. */
export type AttemptLimits = Pick<Limits, 'replyBytesMax' | 'probeBytes' | 'lateLooks'>;
