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
export type VideoRequest = Omit<z.infer<typeof submitBodySchema>, 'input_reference'> & {
  /** A first frame. */
  input_reference?: { image_url?: string; file_id?: string } | string;
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
  signal?: AbortSignal;
}

export interface CreateOptions extends CallOptions {
  /** Names the video that is wanted: the same key makes no second one, also from another process. Absent = one of our own. */
  idempotencyKey?: string;
  quoteId?: string;
}

export interface ContentOptions extends CallOptions {
  /** Bytes, as in `bytes=0-1023`; absent = all. */
  range?: string;
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

/** Makes a client of `/v1/videos`. It opens nothing by itself, and uses nothing that a browser lacks. */
export function createClient(options: ClientOptions): ReelayClient {
  const send = createSend(options);
  return {
    create: async (body, { signal, idempotencyKey, quoteId } = {}) => {
      const headers = {
        'idempotency-key': idempotencyKey ?? crypto.randomUUID(),
        ...(quoteId === undefined ? {} : { 'reelay-quote': quoteId }),
      };
      const response = await send({ method: 'POST', path: '/v1/videos', headers, body, signal });
      return (await response.json()) as Video; // the gateway's own schema made it
    },
    get: async (id, { signal } = {}) => (await look(send, id, signal)).video,
    wait: (id, waiting) => waitFor(send, id, waiting),
    events: (id, following) => eventsOf(send, id, following),
    workspaceEvents: (following) => workspaceEventsOf(send, following),
    content: (id, { signal, range } = {}) =>
      send({
        path: `/v1/videos/${encodeURIComponent(id)}/content`,
        headers: range === undefined ? {} : { range },
        signal,
      }),
    quote: async (body, { signal } = {}) => {
      const response = await send({ method: 'POST', path: '/v1/videos/quote', body, signal });
      return (await response.json()) as Quote; // the gateway's own schema made it
    },
  };
}
