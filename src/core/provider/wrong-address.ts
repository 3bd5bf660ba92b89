import { failure } from '../errors';
import type { Reply } from './exchange';
import type { SubmitReading } from './provider';

/** A server says so before it does anything with a body, whoever it is. */
const NO_SUCH_PLACE: readonly number[] = [404, 405];

/**
 * Says what a submit's reply means that is not in the provider's own shape and says "no such path": the channel's base
 * URL leads elsewhere, most often because its path is missing. Nothing was made, and the next channel may serve.
 * Undefined for any other status, which a proxy may have written after the provider took the job.
 */
export function wrongAddress(provider: string, reply: Reply): SubmitReading | undefined {
  if (!NO_SUCH_PLACE.includes(reply.status)) return undefined;
  const message = `the channel's address does not answer as ${provider}: check its baseUrl`;
  return {
    state: 'refused',
    scope: 'channel',
    failure: failure('provider_unreachable', { provider: { message, status: reply.status } }),
  };
}
