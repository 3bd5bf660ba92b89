import { reachOf } from '../core/catalog/reach';
import type { Principal } from '../core/api/principal';
import { invalid } from '../core/errors';
import { readId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import type { Page, PageQuery } from '../core/job/page';
import { referenceOf } from '../core/job/reference';
import type { Jobs } from '../core/ports/gateway/jobs';
import { create } from './create';
import type { GatewayDeps } from './deps';
import { estimate } from './estimate';
import { findJob } from './find';
import type { Funds } from './funds';
import { createFairGate } from './gate';
import { deliveriesOf } from './operations';
import { preview } from './preview';
import { withQueue } from './queue';
import { removeJob } from './remove';
import { createHold, createHoldCreated } from './wait';

/** Makes what callers do with jobs. The gate of creates and the count of held requests are of this process. */
export function createJobs(deps: GatewayDeps, funds: Pick<Funds, 'check'>): Jobs {
  const { createsAtOnce } = deps.limits;
  const { createMs, heldMs, pollAfterMs } = deps.waits;
  const gates = { creates: createFairGate({ atOnce: createsAtOnce, waitMs: createMs }) };
  const find = (principal: Principal, id: string): Promise<Job> => findJob(deps, principal, id);
  const get = async (principal: Principal, id: string): Promise<Job> =>
    withQueue(deps, await find(principal, id));
  // A request that is held looks at its job again and again; where that stands is asked once, for the answer.
  const hold = createHold(deps, find);
  return {
    create: (principal, creation) => create({ ...deps, gates }, principal, creation),
    preview: (principal, creation) => preview(deps, principal, creation),
    checkFunds: funds.check,
    get,
    list: (principal, page) => list(deps, principal, page),
    remove: async (principal, id) => removeJob(deps, await find(principal, id)),
    waitFor: async (...wait) => withQueue(deps, (await hold(...wait)).job),
    holdCreated: createHoldCreated(deps, hold),
    heldMsMax: heldMs,
    pollAfterMs,
    deliveries: async (principal, id) => deliveriesOf(deps, await find(principal, id)),
    async reference(job) {
      const attempt = await deps.store.attempts.latest(job.id);
      return referenceOf(job, attempt, attempt && reachOf(deps, attempt)?.provider);
    },
    estimate: (job) => estimate(deps, job),
  };
}

/** Lists one page; its edges are ids in any form. Throws `invalid_request` for an edge that is no id. */
async function list(
  { store }: Pick<GatewayDeps, 'store'>,
  { workspaceId }: Principal,
  page: PageQuery,
): Promise<Page> {
  const after = edgeOf(page.after, 'after');
  const before = edgeOf(page.before, 'before');
  return store.jobs.list(workspaceId, { ...page, after, before });
}

function edgeOf(text: string | undefined, param: string): string | undefined {
  if (text === undefined) return undefined;
  const id = readId(text);
  if (!id) throw invalid(param, 'is not the id of a job');
  return id;
}
