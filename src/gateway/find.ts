import type { Principal } from '../core/api/principal';
import { GatewayError } from '../core/errors';
import { readId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import type { Operation } from '../core/job/outcome';
import type { GatewayDeps } from './deps';

type FindDeps = Pick<GatewayDeps, 'store' | 'catalog'>;

/**
 * Finds a job by our id in any form, or by that of a provider whose own API is one of ours, which may be another Reelay
 * with ids of the same form. Throws `not_found` for another workspace's job.
 */
export async function findJob(deps: FindDeps, principal: Principal, id: string): Promise<Job> {
  const uuid = readId(id);
  const ours = uuid && (await deps.store.jobs.get(principal.workspaceId, uuid));
  const job = ours ?? (await findByHandle(deps, principal, id));
  if (!job) throw noSuchJob();
  return job;
}

export const noSuchJob = (): GatewayError =>
  new GatewayError('not_found', { message: 'There is no such job.' });

async function findByHandle(
  deps: FindDeps,
  { workspaceId }: Principal,
  id: string,
): Promise<Job | undefined> {
  for (const { provider, operation } of handlesOf(deps, id)) {
    const job = await deps.store.jobs.byOperation(workspaceId, provider, operation);
    if (job) return job;
  }
  return undefined;
}

/** Does the id belong to anybody here, whoever asks? */
export async function isSomebodys(deps: FindDeps, id: string, wire?: string): Promise<boolean> {
  const uuid = readId(id);
  if (uuid !== undefined && (await deps.store.jobs.load(uuid))) return true;
  for (const { provider, operation } of handlesOf(deps, id, wire)) {
    if (await deps.store.attempts.isKnown(provider, operation)) return true;
  }
  return false;
}

/** Returns what the id means at each provider that shows its ids to callers. */
export function handlesOf(
  { catalog }: Pick<FindDeps, 'catalog'>,
  id: string,
  wire?: string,
): { provider: string; operation: Operation }[] {
  return catalog.providers().flatMap(({ name, native }) => {
    const isAsked = wire === undefined || native?.wire === wire;
    const operation = isAsked ? native?.operationOf(id) : undefined;
    return operation ? [{ provider: name, operation }] : [];
  });
}
