import type { z } from 'zod';
import type { GatewayError } from './errors';
import type { Job } from './job';
import type { Gateway } from './ports';

/**
 * A dialect is one public API: its routes, its words, its error shape, its callback body. It translates and calls
 * the gateway's use cases; it sees no provider, no framework and no database.
 */
export interface Dialect {
  name: string;
  routes: readonly Route[];
  /** Paths whose unmatched requests (404, 405, bad body) answer in this dialect's error shape. */
  prefixes: readonly string[];
  renderError(error: GatewayError, requestId: string): Answer;
  /** The body of one callback message; rendered once, stored and sent as these bytes. */
  renderCallback(job: Job, context: CallbackContext): string;
}

/** What a key may do. `read`: status, lists, results; `generate`: create, cancel, delete; `admin`: everything else. */
export const SCOPES = ['generate', 'read', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. Every use case takes it; there is no query without a workspace. */
export interface Principal {
  workspaceId: string;
  /** Null for a workflow: whoever may start one in the namespace is an operator's trust, not a key's. */
  keyId: string | null;
  group: string;
  scopes: readonly Scope[];
}

export interface RenderContext {
  /** A link of the gateway's own to a result file; signed, needs no key. */
  link(job: Job, kind: 'video' | 'last_frame'): string;
}

/** A file of a multipart request, already stored as a blob. */
export interface UploadedFile {
  field: string;
  blob: string;
  mime: string;
}

/** Of one callback message. */
export interface CallbackContext extends RenderContext {
  /** The same as its webhook-id header: `evt_<hex>`. */
  eventId: string;
}

export interface RouteInput<Body = unknown, Query = unknown> {
  principal: Principal;
  params: Record<string, string>;
  query: Query;
  body: Body;
  files: readonly UploadedFile[];
  headers: Record<string, string>;
  requestId: string;
  /** Aborts when the caller has left before its answer. */
  signal: AbortSignal;
  /** The exact bytes of a JSON body; empty for a form and where there is none. */
  raw: Uint8Array;
  /** The query string as it came, without `?`. */
  search: string;
  idempotencyKey: string | undefined;
  /** SHA-256 over method, path and exact body (multipart: fields and file digests). */
  fingerprint: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Objects are sent as JSON, strings and bytes as they are, streams piped; undefined = no body. */
  body?: unknown;
  stream?: AsyncIterable<Uint8Array>;
}

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** `/v1/videos/:id` */
  path: string;
  /** Takes no body, JSON only, or JSON and multipart. */
  body: 'none' | 'json' | 'json-or-form';
  scope: Scope;
  /** A signed link (`?expires=&signature=`) may stand in for the key. */
  acceptsLink?: boolean;
  request: z.ZodType;
  query: z.ZodType;
  /** Schema of the 2xx body; absent for bytes. */
  reply?: z.ZodType;
  handle(gateway: Gateway, input: RouteInput): Promise<Answer>;
}

/** Keeps `handle` typed by its own schemas; the array of routes forgets the types, `http` parses by the schemas. */
export function route<Body, Query>(definition: {
  method: Route['method'];
  path: string;
  body: Route['body'];
  scope: Scope;
  acceptsLink?: boolean;
  request: z.ZodType<Body>;
  query: z.ZodType<Query>;
  reply?: z.ZodType;
  handle(gateway: Gateway, input: RouteInput<Body, Query>): Promise<Answer>;
}): Route {
  return {
    ...definition,
    // Sound because `http` hands over exactly what these two schemas returned.
    handle: (gateway, input) => definition.handle(gateway, input as RouteInput<Body, Query>),
  };
}
