import type { Job } from './job';
import type { ProviderReference } from './ports';
import type { Provider } from './provider';
import type { Attempt } from './store';

/** Of the attempt that counts; of the first choice until there is one. */
export function referenceOf(
  job: Pick<Job, 'routes'>,
  attempt: Pick<Attempt, 'model' | 'operation'> | undefined,
  provider: Pick<Provider, 'operationId'> | undefined,
): ProviderReference {
  const id = attempt?.operation && provider?.operationId?.(attempt.operation);
  return { id: id ?? null, model: attempt?.model ?? job.routes[0]?.model ?? '' };
}
