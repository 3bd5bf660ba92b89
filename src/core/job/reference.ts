import type { Job } from './job';
import type { LatestReply, StoredReply } from '../provider/native';

import type { Provider } from '../provider/provider';
import type { Attempt } from '../provider/attempt';

/**
 * Names the job as the provider of the attempt that counts knows it; until there is an attempt, the provider of the
 * first choice.
 */
export function referenceOf(
  job: Pick<Job, 'routes'>,
  attempt: Pick<Attempt, 'number' | 'operation'> | undefined,
  provider: Pick<Provider, 'operationId'> | undefined,
): ProviderReference {
  const id = attempt?.operation && provider?.operationId?.(attempt.operation);
  const route = job.routes[(attempt?.number ?? 1) - 1];
  return { id: id ?? null, model: route?.model ?? '' };
}

/** Returns what a provider that speaks a dialect has said last of an attempt; undefined where it speaks none. */
export function latestReplyOf(
  providers: readonly Pick<Provider, 'name' | 'native' | 'operationId'>[],
  attempt: Pick<Attempt, 'provider' | 'operation'>,
  reply: StoredReply | undefined,
): LatestReply | undefined {
  // By name: what was said stays readable when its channel is configured no more.
  const provider = providers.find(({ name }) => name === attempt.provider);
  if (!provider?.native) return undefined;
  const id = attempt.operation && provider.operationId?.(attempt.operation);
  return { wire: provider.native.wire, id, reply };
}

/** `id` is null until a provider has accepted the job, and where the provider has no name for it. */
export interface ProviderReference {
  id: string | null;
  /** The provider's own id of the model. */
  model: string;
}
