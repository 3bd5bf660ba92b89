import type { Principal } from '../core/api/principal';
import { GatewayError, invalid } from '../core/errors';
import { readId } from '../core/job/ids';
import { isTerminal } from '../core/job/job';
import type { Job } from '../core/job/job';
import type { Gateway } from '../core/ports/gateway';
import { createAdmin } from './admin';
import { referenceOf } from '../core/job/reference';
import { openContent } from './content';
import { create } from './create';
import type { GatewayDeps } from './deps';
import { findJob, noSuchJob } from './find';
import { foreign } from './foreign';
import { createFunds } from './funds';
import { createFairGate } from './gate';
import { deliveriesOf } from './operations';
import { estimate, quote } from './quote';
import { answered, giveOut, listViews, viewOf } from './views';
import { createHold, createHoldCreated } from './wait';

export { createAdmin } from './admin';
export { accept } from './create';
export type { AcceptDeps } from './deps';
export type { GatewayDeps } from './deps';
export { createQuotes } from './quotes';
export type { Quotes } from './quotes';
export { createStarts } from './starts';
export type { Starts } from './starts';

/**
 * Makes the use cases, over ports: the gateway knows no HTTP, no SQL and no Temporal. Truth for callers is the database
 * row; the engine is only asked to start and to cancel.
 */
export function createGateway(deps: GatewayDeps): Gateway {
  const gates = {
    creates: createFairGate({ atOnce: deps.limits.createsAtOnce, waitMs: deps.waits.createMs }),
  };
  const get = (principal: Principal, id: string): Promise<Job> => findJob(deps, principal, id);
  const hold = createHold(deps, get);
  const funds = createFunds(deps);
  const waitFor: Gateway['waitFor'] = async (...wait) => (await hold(...wait)).job;
  return {
    models: (principal) => deps.catalog.list(principal),
    create: (principal, creation) => create({ ...deps, gates }, principal, creation),
    checkFunds: funds.check,
    quote: (principal, draft) => quote(deps, principal, draft),
    get,
    waitFor,
    holdCreated: createHoldCreated(deps, hold),
    heldMsMax: deps.waits.heldMs,
    async view(principal, wire, id) {
      const job = await get(principal, id);
      if (job.dialect !== wire) throw noSuchJob();
      return viewOf(deps, wire, job);
    },
    views: (principal, wire, query) => listViews(deps, principal, wire, query),
    answered: (principal, wire, job) => answered({ ...deps, waitFor }, principal, wire, job),
    giveOut: (wire, job) => giveOut(deps, wire, job),
    foreign: (principal, wire, question) => foreign(deps, principal, wire, question),
    async list(principal, page) {
      const cursor = (text: string | undefined, param: string): string | undefined => {
        if (text === undefined) return undefined;
        const uuid = readId(text);
        if (!uuid) throw invalid(param, 'is not the id of a job');
        return uuid;
      };
      return deps.store.jobs.list(principal.workspaceId, {
        ...page,
        after: cursor(page.after, 'after'),
        before: cursor(page.before, 'before'),
      });
    },
    async remove(principal, id) {
      const job = await get(principal, id);
      return isTerminal(job.state) ? erase(deps, job) : requestCancel(deps, job);
    },
    async content(principal, id, kind, wish) {
      return openContent(deps, await get(principal, id), kind, wish);
    },
    deliveries: async (principal, id) => deliveriesOf(deps, await get(principal, id)),
    async reference(job) {
      const attempt = await deps.store.attempts.latest(job.id);
      return referenceOf(job, attempt, attempt && deps.catalog.channel(attempt.channel)?.provider);
    },
    estimate: (job) => estimate(deps, job),
    link: deps.signLink,
    admin: funds.watched(createAdmin(deps)),
    issueToken({ keyId, secretId }) {
      if (keyId === null || secretId === undefined) {
        throw new Error('only a key has access tokens');
      }
      return deps.tokens.issue({ keyId, secretId }, deps.now());
    },
    usageLog: ({ workspaceId }, query) => deps.store.usage.log(workspaceId, query),
    usageSummary: ({ workspaceId }, query) => deps.store.usage.summary(workspaceId, query),
    waits: deps.waits,
  };
}

async function erase(deps: GatewayDeps, job: Job): Promise<{ job: Job; deleted: boolean }> {
  await deps.store.jobs.markDeleted(job.workspaceId, job.id, deps.now());
  return { job, deleted: true };
}

/**
 * Writes the wish to cancel on the row and tells the engine. Throws `conflict` at once where it is known beforehand
 * that the provider cannot cancel the job.
 */
async function requestCancel(deps: GatewayDeps, job: Job): Promise<{ job: Job; deleted: boolean }> {
  if (job.state !== 'canceling' && !(await isCancelable(deps, job))) {
    throw new GatewayError('conflict', {
      message: `The job is ${job.state} and its provider cannot cancel it any more.`,
    });
  }
  const asked = await deps.store.jobs.requestCancel(job.workspaceId, job.id, deps.now());
  const now = asked ?? job;
  if (isTerminal(now.state)) return erase(deps, now);
  await tellEngine(deps, job);
  return { job: now, deleted: false };
}

/**
 * Asks the engine for the cancel. The row carries the wish: an engine that does not hear it now hears it from the
 * sweep.
 */
async function tellEngine(deps: GatewayDeps, job: Job): Promise<void> {
  try {
    await deps.engine.cancelJob(job.workflowId);
  } catch (error) {
    deps.log.warn(
      { jobId: job.id, err: error },
      'the engine did not answer; the sweep asks for the cancel',
    );
  }
}

async function isCancelable(deps: GatewayDeps, job: Job): Promise<boolean> {
  const attempt = await deps.store.attempts.latest(job.id);
  if (attempt?.state !== 'accepted') return true;
  const channel = deps.catalog.channel(attempt.channel);
  const reach = channel?.provider.models[attempt.model]?.cancel ?? 'none';
  return reach === 'running' || (reach === 'queued' && attempt.phase === 'queued');
}
