import type { Principal, Scope } from './principal';
import type { Headers } from '../provider/exchange';
import type { z } from 'zod';
import type { Gateway } from '../ports/gateway/gateway';
import type { Answer, LateAnswer } from './answer';

/** A file of a multipart request, already stored as a blob. */
export interface UploadedFile {
  field: string;
  blob: string;
  mime: string;
}

export interface RouteInput<Body = unknown, Query = unknown> {
  principal: Principal;
  params: Record<string, string>;
  query: Query;
  body: Body;
  files: readonly UploadedFile[];
  headers: Record<string, string>;
  /** The method as the caller sent it, such as `HEAD`, which a GET route serves too. */
  method: string;
  requestId: string;
  /** Aborts when waiting is over: the caller has left before its answer, or the server is closing. */
  signal: AbortSignal;
  /** The exact bytes of a JSON body; empty for a form and where there is none. */
  raw: Uint8Array;
  /** The query string as it came, without `?`; empty where a key may be in it. */
  search: string;
  idempotencyKey: string | undefined;
  /** SHA-256 over method, path and exact body (multipart: fields and file digests). */
  fingerprint: string;
  /** The fingerprint that this request would have at each of the route's `twins`: equal requests to them are one request. */
  twinFingerprints: readonly string[];
}

export interface HttpRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** `/v1/videos/:id` */
  path: string;
  /** What it does, in a few words for readers of the OpenAPI document: `Make a video`. */
  summary: string;
  /**
   * Takes no body; JSON; JSON or multipart; or a page of JSON at most, where no body at all is `{}`. `unread`: answers
   * without looking at it.
   */
  body: 'none' | 'json' | 'json-or-form' | 'small-json' | 'unread';
  /** `any`: whatever the key may do. */
  scope: Scope | 'any';
  /** The body goes on as the bytes that came, so that reading it may change nothing. */
  verbatim?: true;
  /** Other paths that are this very route, under other roots of the same API. */
  twins?: readonly string[];
  /**
   * Takes only requests with such headers; the next route of the same method and path takes the others. For an API
   * whose header decides what its body is.
   */
  when?(headers: Headers): boolean;
  /** It makes jobs: a caller without any points is told so before its body is read. */
  spends?: true;
  /** It is refused without an `Idempotency-Key`: a repeat that nobody can tell from a second request would do harm. */
  needsIdempotencyKey?: true;
  /** A signed link (`?expires=&signature=`) may stand in for the key. */
  acceptsLink?: boolean;
  /** A signed link to the events of the job that the path names may stand in for the key. */
  acceptsEventsLink?: true;
  /**
   * `query`: the key may also come as `?api_key=`, which `handle` never sees, and it must be a key: an access token
   * buys no other one. A bad one is `forbidden`, as the documentation of such an exchange has it. Everywhere else a
   * key in the URL is refused.
   */
  keyIn?: 'query';
  request: z.ZodType;
  query: z.ZodType;
  /** Schema of the 2xx body; absent for bytes. */
  reply?: z.ZodType;
  /** Media types of the files that it answers with: `video/mp4`. */
  files?: readonly string[];
  /** Schema of what it tells instead of a file: why a job has none, or, with status 504, that it has none yet. */
  instead?: z.ZodType;
  /** It tells of a job that has ended without a video by the status of an error. */
  tellsEnds?: true;
  /** Schema of the JSON in each server-sent event, of a route that answers a stream of them. */
  event?: z.ZodType;
  handle(gateway: Gateway, input: RouteInput): Promise<Answer | LateAnswer>;
}

/** Keeps `handle` typed by its own schemas; the array of routes forgets the types, `http` parses by the schemas. */
export function route<Body, Query>(
  definition: Omit<HttpRoute, 'request' | 'query' | 'handle'> & {
    request: z.ZodType<Body>;
    query: z.ZodType<Query>;
    handle(gateway: Gateway, input: RouteInput<Body, Query>): Promise<Answer | LateAnswer>;
  },
): HttpRoute {
  return {
    ...definition,
    // Sound because `http` hands over exactly what these two schemas returned.
    handle: (gateway, input) => definition.handle(gateway, input as RouteInput<Body, Query>),
  };
}
