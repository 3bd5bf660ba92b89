import type { RouteInput } from '../../core/api/route';
import type { GatewayError } from '../../core/errors';
import { invalid } from '../../core/errors';
import type { Headers } from '../../core/provider/exchange';
import type { NativeCreation } from '../../core/provider/native';

export const WIRE = 'ark-tasks';

/**
 * Reads a create and keeps the caller's bytes as they are. Refused is only what could not be routed: no object, no
 * model.
 */
export function toNative({
  body,
  raw,
  headers,
  search,
}: Pick<RouteInput, 'body' | 'raw' | 'headers' | 'search'>): NativeCreation {
  return {
    wire: WIRE,
    model: modelOf(fieldsOf(body)['model']),
    body: raw,
    headers: compatible(headers),
    search: withoutKeys(search),
  };
}

function fieldsOf(body: unknown): Record<string, unknown> {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) {
    // Sound because JSON has no other objects.
    return body as Record<string, unknown>;
  }
  throw missing('body', 'must be a JSON object');
}

function modelOf(model: unknown): string {
  if (typeof model === 'string' && model !== '') return model;
  throw missing('model', 'is required and must be a string');
}

/** Makes the error for a missing body or model, which `renderError` answers as 422. */
const missing = (param: 'body' | 'model', problem: string): GatewayError => invalid(param, problem);

/** What a provider may hear of the caller; nothing of keys, cookies, hops or addresses. */
const COMPATIBLE = ['accept', 'accept-language', 'content-type', 'x-client-request-id'];

function compatible(headers: Headers): Headers {
  return Object.fromEntries(
    COMPATIBLE.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** A key in a URL is refused where it is the only one; beside another one it must not travel on. */
const KEY_NAMES = ['api_key', 'apikey', 'key', 'access_token'];

function withoutKeys(search: string): string {
  const isKey = (pair: string): boolean =>
    [...new URLSearchParams(pair).keys()].some((name) => KEY_NAMES.includes(name.toLowerCase()));
  return search
    .split('&')
    .filter((pair) => !isKey(pair))
    .join('&');
}
