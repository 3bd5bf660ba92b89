import type { Logger } from 'pino';
import type { Mint } from '../core/operator/mint';
import type { Catalog } from '../core/catalog/catalog';
import type { Job } from '../core/job/job';
import type { Blobs } from '../core/ports/blobs';
import type { EndpointWaits } from '../core/ports/gateway';
import type { Engine } from '../core/ports/engine';
import type { FileKind } from '../core/job/files';
import type { Outbound } from '../core/ports/outbound';
import type { PlanWaits } from '../core/job/plan';
import type { Tokens } from '../core/ports/tokens';
import type { Store } from '../core/ports/store/store';
import type { Starts } from './starts';
import type { FairGateOptions } from './gate';
import type { Quotes } from './quotes';

/** What the use cases stand on. */
export interface GatewayDeps {
  store: Store;
  engine: Engine;
  catalog: Catalog;
  outbound: Outbound;
  blobs: Blobs;
  signLink(job: Job, kind: FileKind): string;
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
  waits: PlanWaits;
  /** Milliseconds that an endpoint waits for a provider's answer unless its caller says otherwise. */
  providerReplyMs: number;
  endpointWaits: EndpointWaits;
  /** Bytes of one input given inside the request. */
  inputBytesMax: number;
  contentTimeoutMs: number;
  /** How many creates this process works on at once. */
  creates: FairGateOptions;
  /** Starts the jobs whose rows are committed. */
  starts: Pick<Starts, 'wake' | 'isFull'>;
  /** Whether a caller has points at all is remembered for so long, in milliseconds. */
  fundsMs: number;
  heldMsMax: number;
  /** The most requests that wait at once; whoever comes after them does not wait. */
  heldRequestsMax: number;
  replyBytesMax: number;
  now(): number;
  log: Logger;
}

export type AcceptDeps = Pick<
  GatewayDeps,
  'store' | 'catalog' | 'outbound' | 'links' | 'blobs' | 'quotes' | 'inputBytesMax' | 'now' | 'log'
>;
