import type { z } from 'zod';
import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import { type Answer } from '../../core/api/answer';
import type { Gateway } from '../../core/ports/gateway/gateway';
import { noQuerySchema, nothingSchema } from './schema';

/** The part of the gateway that the admin API asks. */
export type AdminPart = Pick<Gateway, 'admin' | 'statement'>;

/** Makes a route of the admin API. It always has the scope `admin`; there is no way to write another one. */
export function adminRoute<Body, Query>(definition: {
  method: HttpRoute['method'];
  path: string;
  summary: string;
  body: HttpRoute['body'];
  needsIdempotencyKey?: true;
  request: z.ZodType<Body>;
  query: z.ZodType<Query>;
  reply: z.ZodType;
  handle(gateway: AdminPart, input: RouteInput<Body, Query>): Promise<Answer>;
}): HttpRoute {
  return route({ ...definition, scope: 'admin' });
}

/** Makes a GET that answers 200 with what was read. */
export function reading<Query>(definition: {
  path: string;
  summary: string;
  query: z.ZodType<Query>;
  reply: z.ZodType;
  read(gateway: AdminPart, input: RouteInput<undefined, Query>): Promise<object>;
}): HttpRoute {
  const { read, ...rest } = definition;
  return adminRoute({
    ...rest,
    method: 'GET',
    body: 'none',
    request: nothingSchema,
    handle: async (gateway, input) => ({ status: 200, body: await read(gateway, input) }),
  });
}

/**
 * Makes a POST that changes what there is, may be repeated, and answers 200 with how it is then. No body at all is
 * `{}`.
 */
export function acting<Body>(definition: {
  path: string;
  summary: string;
  request: z.ZodType<Body>;
  reply: z.ZodType;
  act(gateway: AdminPart, input: RouteInput<Body>): Promise<object>;
}): HttpRoute {
  const { act, ...rest } = definition;
  return adminRoute({
    ...rest,
    method: 'POST',
    body: 'small-json',
    query: noQuerySchema,
    handle: async (gateway, input) => ({ status: 200, body: await act(gateway, input) }),
  });
}

export const idOf = ({ params }: Pick<RouteInput, 'params'>): string => params['id'] ?? '';
