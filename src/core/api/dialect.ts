import type { z } from 'zod';
import type { HttpRoute } from './route';
import type { Answer } from './answer';
import type { GatewayError } from '../errors';
import type { Job } from '../job/job';
import type { LatestReply } from '../provider/native';
import type { ProviderReference } from '../job/reference';

/**
 * What the HTTP side serves: routes, words and one error shape. It translates and calls the gateway's use cases; it
 * sees no provider, no framework and no database.
 */
export interface Api {
  name: string;
  /** What it is, in a sentence for readers of the OpenAPI document. */
  summary: string;
  routes: readonly HttpRoute[];
  /** Paths whose unmatched requests (404, 405, bad body) answer in this API's error shape. */
  prefixes: readonly string[];
  /** Decides the status too: where an API's clients know another one than our table's, it is said here. */
  /** The schema of what `renderError` writes. */
  errorReply: z.ZodType;
  renderError(error: GatewayError, requestId: string): Answer;
}

/** A dialect is a public API for jobs. */
export interface Dialect extends Api {
  /** The schema of the messages that `renderCallback` writes. */
  callback: z.ZodType;
  /** Returns the body of one callback message, rendered once, stored and sent as these bytes. */
  renderCallback(job: Job, context: CallbackContext): string | Uint8Array;
}

export interface RenderContext {
  /** Returns a link of the gateway's own to a result file; it is signed and needs no key. */
  link(job: Job, kind: 'video' | 'last_frame'): string;
  /** Returns until when the files of a job stay, in Unix milliseconds; undefined where no end is known. */
  filesEndAt(job: Job): number | undefined;
}

/** What a dialect needs to write the body of one callback message. */
export interface CallbackContext extends RenderContext {
  /** The same as its webhook-id header: `evt_<hex>`. */
  eventId: string;
  reference: ProviderReference;
  /** The latest reply of the provider to the attempt that counts; absent where the provider speaks no dialect. */
  native?: LatestReply | undefined;
}
