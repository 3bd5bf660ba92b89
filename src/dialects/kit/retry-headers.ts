import type { GatewayError } from '../../core/errors';

/**
 * Returns the headers that clients that repeat by themselves go by. The SDKs of OpenAI and Ark repeat 408, 409, 429 and
 * 5xx, a POST too, unless `x-should-retry` says no.
 */
export function retryHeaders(error: GatewayError): Record<string, string> {
  const { retryable, retryAfterSeconds } = error;
  return {
    ...(retryable ? {} : { 'x-should-retry': 'false' }),
    ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
  };
}
