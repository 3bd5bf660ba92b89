import { reachOf } from '../core/catalog/reach';
import type { Principal } from '../core/api/principal';
import { invalid, type GatewayError } from '../core/errors';
import { readId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import type { Page, PageQuery } from '../core/job/page';
import { referenceOf } from '../core/job/reference';
import type { Jobs } from '../core/ports/gateway/jobs';
import { create, repeated } from './create';
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
  const many = 'Too many creates at this moment';
  const gates = { creates: createFairGate({ atOnce: createsAtOnce, waitMs: createMs, many }) };
  const find = (principal: Principal, id: string): Promise<Job> => findJob(deps, principal, id);
  const get = async (principal: Principal, id: string): Promise<Job> =>
    withQueue(deps, await find(principal, id));
  // A request that is held looks at its job again and again; where that stands is asked once, for the answer.
  const hold = createHold(deps, find);
  return {
    create: (principal, creation) => create({ ...deps, gates }, principal, creation),
    repeated: (principal, options) => repeated(deps, principal, options),
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

/**
 * Lists one page; its edges are ids in any form, also of deleted jobs. Throws `invalid_request` for an edge that is the id
 * of no job of this workspace: an empty page would be taken for the end of the list.
 */
async function list(
  { store }: Pick<GatewayDeps, 'store'>,
  { workspaceId }: Principal,
  page: PageQuery,
): Promise<Page> {
  const edges = { after: edgeOf(page, 'after'), before: edgeOf(page, 'before') };
  const found = await store.jobs.list(workspaceId, { ...page, ...edges });
  if (found.jobs.length > 0) return found;
  for (const side of ['after', 'before'] as const) {
    const id = edges[side];
    if (id !== undefined && !(await store.jobs.has(workspaceId, id))) throw noEdge(side);
  }
  return found;
}

function edgeOf(page: PageQuery, side: 'after' | 'before'): string | undefined {
  const text = page[side];
  if (text === undefined) return undefined;
  const id = readId(text);
  if (!id) throw noEdge(side);
  return id;
}

const noEdge = (side: string): GatewayError => invalid(side, 'is not the id of a job');
