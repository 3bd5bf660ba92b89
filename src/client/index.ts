import type { z } from 'zod';
import type { submitBodySchema } from '../dialects/videos/schema';
import type { Video } from '../dialects/videos/reply';
import {
  eventsOf,
  workspaceEventsOf,
  type EventsOptions,
  type VideoEvent,
  type WorkspaceEventsOptions,
} from './events';
import { objectOf, videoPath } from './read';
import { createSend, type ClientOptions } from './send';
import { look, waitFor, type WaitOptions } from './wait';

export { ReelayError } from './error';
export type {
  ClientOptions,
  EventsOptions,
  Video,
  VideoEvent,
  WaitOptions,
  WorkspaceEventsOptions,
};

/** What a video is asked for by, as `POST /v1/videos` reads it. */
export type VideoRequest = Omit<z.infer<typeof submitBodySchema>, 'input_reference' | 'seconds'> & {
  /** A first frame. */
  input_reference?: { image_url?: string | undefined; file_id?: string | undefined } | string;
  /** The length, as a number or as OpenAI's types have it: `"4"`. */
  seconds?: number | string | undefined;
};

/** What a video would cost, with every default filled in. */
export interface Quote {
  object: 'quote';
  model: string;
  provider_model: string;
  /** Points, a decimal. */
  price: string;
  /** Holds the price for this request until `expires_at`, as `quoteId` of create. */
  quote_id: string;
  expires_at: string;
  applied: Record<string, unknown>;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

export interface CreateOptions extends CallOptions {
  /** Names the video that is wanted: the same key makes no second one, also from another process. Absent = one of our own. */
  idempotencyKey?: string | undefined;
  quoteId?: string | undefined;
}

export interface ContentOptions extends CallOptions {
  /** Bytes, as in `bytes=0-1023`; absent = all. */
  range?: string | undefined;
}

/** The calls of one gateway with one key. Each throws `ReelayError`, or the reason of an aborted signal. */
export interface ReelayClient {
  create(request: VideoRequest, options?: CreateOptions): Promise<Video>;
  get(id: string, options?: CallOptions): Promise<Video>;
  wait(id: string, options?: WaitOptions): Promise<Video>;
  events(id: string, options?: EventsOptions): AsyncIterable<VideoEvent>;
  workspaceEvents(options?: WorkspaceEventsOptions): AsyncIterable<VideoEvent>;
  content(id: string, options?: ContentOptions): Promise<Response>;
  quote(request: VideoRequest, options?: CallOptions): Promise<Quote>;
}

/**
 * Makes a client of `/v1/videos`. It opens nothing by itself, and uses nothing that a browser lacks. Throws `ReelayError`
 * for a base URL or a key that can be none.
 */
export function createClient(options: ClientOptions): ReelayClient {
  const send = createSend(options);
  return {
    create: async (body, { signal, idempotencyKey, quoteId } = {}) => {
      const headers = {
        'idempotency-key': idempotencyKey ?? crypto.randomUUID(),
        ...(quoteId === undefined ? {} : { 'reelay-quote': quoteId }),
      };
      const call = { method: 'POST', path: '/v1/videos', headers, body, signal } as const;
      return send(call, objectOf<Video>('video'));
    },
    get: async (id, { signal } = {}) => (await look(send, id, signal)).video,
    wait: (id, waiting) => waitFor(send, id, waiting),
    events: (id, following) => eventsOf(send, id, following),
    workspaceEvents: (following) => workspaceEventsOf(send, following),
    content: async (id, { signal, range } = {}) =>
      send(
        {
          path: `${videoPath(id)}/content`,
          headers: range === undefined ? {} : { range },
          signal,
        },
        (answer) => answer,
      ),
    quote: async (body, { signal } = {}) =>
      send({ method: 'POST', path: '/v1/videos/quote', body, signal }, objectOf<Quote>('quote')),
  };
}
