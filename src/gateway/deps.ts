import type { Logger } from 'pino';
import type { Mint } from '../core/operator/mint';
import type { Catalog } from '../core/catalog/catalog';
import type { ConfigControl } from '../core/ports/gateway/config';
import type { Caps } from '../core/slots/caps';
import type { Job } from '../core/job/job';
import type { Blobs } from '../core/ports/blobs';
import type { Engine } from '../core/ports/engine';
import type { FileKind } from '../core/job/files';
import type { Outbound } from '../core/ports/outbound';
import type { Pictures } from '../core/ports/pictures';
import type { PlanWaits } from '../core/job/plan';
import type { Tokens } from '../core/ports/tokens';
import type { Store } from '../core/ports/store/store';
import type { Limits } from '../core/settings/limits';
import type { Retention } from '../core/settings/retention';
import type { Waits } from '../core/settings/waits';
import type { Starts } from './starts';
import type { Quotes } from './quotes';

/** What the use cases stand on. */
export interface GatewayDeps {
  store: Store;
  engine: Engine;
  catalog: Catalog;
  caps: Caps;
  /** The config of this process, which may be read again. */
  config: ConfigControl;
  outbound: Outbound;
  blobs: Blobs;
  pictures: Pictures;
  signLink(job: Job, kind: FileKind): string;
  retention: Pick<Retention, 'filesMs' | 'jobsMs' | 'eventsMs'>;
  signEventsLink(job: Pick<Job, 'id' | 'workspaceId'>): string;
  /** Reads a URL that a caller sent as a link of our own; undefined where it is none. */
  links: {
    read(
      url: string,
    ):
      | { target: { workspaceId: string; jobId: string; kind: FileKind } }
      | { problem: string }
      | undefined;
  };
  tokens: Tokens;
  mint: Mint;
  quotes: Quotes;
  waits: GatewayWaits;
  limits: Pick<
    Limits,
    | 'inputBytesMax'
    | 'resubmits'
    | 'createsAtOnce'
    | 'heldRequests'
    | 'replyBytesMax'
    | 'picturesAtOnce'
    | 'eventStreams'
    | 'eventStreamsPerWorkspace'
    | 'eventStreamsPerKey'
  >;
  /** Starts the jobs whose rows are committed. */
  starts: Pick<Starts, 'wake' | 'isFull'>;
  now(): number;
  /** Draws a number from 0 to below 1. */
  lot(): number;
  log: Logger;
}

type GatewayWaits = PlanWaits &
  Pick<
    Waits,
    | 'createMs'
    | 'inputFetchMs'
    | 'fundsMs'
    | 'heldMs'
    | 'pollAfterMs'
    | 'providerReplyMs'
    | 'nativeReplyMs'
    | 'cancelReplyMs'
    | 'contentTimeoutMs'
    | 'pictureMs'
    | 'eventBeatMs'
    | 'eventRetryMs'
    | 'keyMemoMs'
  >;

/** What a create stands on, whether an endpoint or a workflow asks. */
export type AcceptDeps = Pick<
  GatewayDeps,
  'store' | 'catalog' | 'outbound' | 'links' | 'blobs' | 'quotes' | 'now' | 'lot' | 'log'
> & { limits: Pick<Limits, 'inputBytesMax' | 'resubmits'>; waits: Pick<Waits, 'inputFetchMs'> };
