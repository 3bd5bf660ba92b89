import type { Logger } from 'pino';
import type {
  DeliveryReport,
  OperatedDelivery,
  OperatedJob,
  OperatedKeep,
  Operations,
} from '../core/operator/operations';
import { FAILURES, GatewayError } from '../core/errors';
import { readId } from '../core/job/ids';
import { planOf } from '../core/job/plan';
import type { Engine } from '../core/ports/engine';
import type { PlanWaits } from '../core/job/plan';
import type { Store } from '../core/ports/store/store';
import { beginDelivery, beginKeep } from '../attempts/begin';
import { readCursor, workspaceOf } from './admin-rules';

export interface OperationsDeps {
  store: Pick<Store, 'operations' | 'deliveries' | 'keeps' | 'sweep' | 'admin'>;
  engine: Engine;
  waits: PlanWaits;
  now(): number;
  log: Logger;
}

/**
 * Makes what operators do about work that stands still. Every wish is written on its row first and the engine is told
 * then; an engine that does not hear it now hears it from the sweep.
 */
export function createOperations(deps: OperationsDeps): Operations {
  const { store, engine, now } = deps;
  const rows = store.operations;
  const filterOf = async <
    Filter extends { jobId?: string | undefined; workspaceId?: string | undefined },
  >(
    filter: Filter,
  ): Promise<Filter> => ({
    ...filter,
    ...(filter.jobId === undefined ? {} : { jobId: (await jobOf(deps, filter.jobId)).id }),
    ...(filter.workspaceId === undefined
      ? {}
      : { workspaceId: (await workspaceOf(store.admin, filter.workspaceId)).id }),
  });
  return {
    async jobs(query) {
      const after = await readCursor(query.after, (id) => rows.job(id));
      return rows.jobs({ ...(await filterOf(query)), after });
    },
    async job(id) {
      const job = await jobOf(deps, id);
      const [attempts, { items }, keep] = await Promise.all([
        rows.attempts(job.id),
        rows.deliveries({ jobId: job.id, limit: DELIVERIES_SHOWN }),
        rows.keep(job.id),
      ]);
      return { job, attempts, deliveries: items, keep };
    },
    async resumeJob(id) {
      const job = await jobOf(deps, id);
      if (!(await rows.clearReview(job.id))) throw jobEnded(job);
      await tell(deps, { jobId: job.id }, async () => {
        const seed = await rows.seed(job.id);
        if (!seed) return;
        await engine.restartJob(seed.workflowId, planOf(seed, deps.waits), seed.label, 'resume');
      });
      return jobOf(deps, job.id);
    },
    async failJob(id, { code, message, force }) {
      const job = await jobOf(deps, id);
      if (job.finishedAt !== null) throw jobEnded(job);
      if (!force && (await engine.jobRun(job.workflowId)) === 'running') {
        throw new GatewayError('conflict', {
          message:
            'Its workflow runs, so that a cancel may end the job in the provider’s own words. ' +
            'Send "force": true to end it all the same.',
        });
      }
      const ruling = { code, message: message ?? FAILURES[code].text };
      if (!(await rows.rule(job.id, ruling, now()))) throw jobEnded(job);
      await tell(deps, { jobId: job.id }, async () => {
        const seed = await rows.seed(job.id);
        if (seed) await engine.endJob(seed.workflowId, planOf(seed, deps.waits), seed.label);
      });
      return jobOf(deps, job.id);
    },
    async resolveJob(id, note) {
      const job = await jobOf(deps, id);
      if (!(await rows.resolve(job.id, note, now()))) throw notResolved(job);
      return jobOf(deps, job.id);
    },
    async deliveries(query) {
      const after = await readCursor(query.after, async (id) => {
        // The id of its event finds it too, and is no edge.
        const found = await rows.delivery(id);
        return found?.id === id ? found : undefined;
      });
      return rows.deliveries({ ...(await filterOf(query)), after });
    },
    async delivery(id) {
      const delivery = await deliveryOf(deps, id);
      return { delivery, tries: await rows.tries(delivery.id) };
    },
    async redeliver(id) {
      const delivery = await deliveryOf(deps, id);
      if (delivery.isErased) throw erased();
      const isNew = (await rows.reopenDeliveries({ id: delivery.id }, 1)).length > 0;
      await tell(deps, { deliveryId: delivery.id }, async () => {
        if (isNew) await beginDelivery(deps, delivery.id);
        else await engine.redeliver(delivery.id);
      });
      return deliveryOf(deps, delivery.id);
    },
    async redeliverAll(filter, limit) {
      const wanted = await filterOf(filter);
      const reopened = await rows.reopenDeliveries(wanted, limit);
      return { count: reopened.length, hasMore: reopened.length === limit };
    },
    async stopDelivery(id) {
      const delivery = await deliveryOf(deps, id);
      if (!(await store.deliveries.end(delivery.id, 'stopped', now()))) throw notPending(delivery);
      await tell(deps, { deliveryId: delivery.id }, () => engine.stopDelivery(delivery.id));
      return deliveryOf(deps, delivery.id);
    },
    async keeps(query) {
      const after = await readCursor(query.after, (id) => rows.keep(id));
      return rows.keeps({ ...query, after });
    },
    async resumeKeep(id) {
      const keep = await keepOf(deps, id);
      if (!(await rows.reopenKeep(keep.jobId, now()))) throw keepIs(keep, 'gave_up');
      await tell(deps, { jobId: keep.jobId }, async () => {
        await beginKeep(deps, keep.jobId);
      });
      return keepOf(deps, keep.jobId);
    },
    async failKeep(id, because) {
      const keep = await keepOf(deps, id);
      if (keep.state !== 'pending') throw keepIs(keep, 'pending');
      await store.keeps.giveUp(keep.jobId, because, now());
      return keepOf(deps, keep.jobId);
    },
  };
}

/** Lists the messages about one job, with all that happened to them. */
export async function deliveriesOf(
  { store }: Pick<OperationsDeps, 'store'>,
  { id: jobId }: { id: string },
): Promise<DeliveryReport[]> {
  const { items } = await store.operations.deliveries({ jobId, limit: DELIVERIES_SHOWN });
  return Promise.all(
    items.map(async (delivery) => ({
      delivery,
      tries: await store.operations.tries(delivery.id),
    })),
  );
}

/** A job has a message for each state that it shows. */
const DELIVERIES_SHOWN = 20;

async function tell(
  { log }: OperationsDeps,
  ids: { jobId?: string; deliveryId?: string },
  call: () => Promise<void>,
): Promise<void> {
  try {
    await call();
  } catch (err) {
    log.warn({ ...ids, err }, 'the engine did not answer an operator; the sweep makes up for it');
  }
}

const jobOf = ({ store }: OperationsDeps, id: string): Promise<OperatedJob> =>
  operatedJob(store.operations, id);

/** Returns the job of whatever workspace; throws `not_found`. */
export async function operatedJob(
  rows: Pick<Store['operations'], 'job'>,
  id: string,
): Promise<OperatedJob> {
  const uuid = readId(id);
  const job = uuid && (await rows.job(uuid));
  if (!job) throw new GatewayError('not_found', { message: 'There is no such job.' });
  return job;
}

async function deliveryOf({ store }: OperationsDeps, id: string): Promise<OperatedDelivery> {
  const uuid = readId(id);
  const delivery = uuid && (await store.operations.delivery(uuid));
  if (!delivery) throw new GatewayError('not_found', { message: 'There is no such delivery.' });
  return delivery;
}

async function keepOf({ store }: OperationsDeps, id: string): Promise<OperatedKeep> {
  const uuid = readId(id);
  const keep = uuid && (await store.operations.keep(uuid));
  if (!keep) throw new GatewayError('not_found', { message: 'This job has no copy to make.' });
  return keep;
}

const conflict = (message: string): GatewayError => new GatewayError('conflict', { message });

const jobEnded = ({ state }: OperatedJob): GatewayError =>
  conflict(`The job has ended; it is ${state}.`);

const notResolved = ({ finishedAt }: OperatedJob): GatewayError =>
  conflict(
    finishedAt === null
      ? 'The job is open: resume it, or fail it.'
      : 'The job does not wait for a review.',
  );

const notPending = ({ state }: OperatedDelivery): GatewayError =>
  conflict(`The message is ${state} and is not tried any more.`);

const erased = (): GatewayError =>
  conflict('Its job was deleted, and the message with it; there is nothing left to send.');

const keepIs = ({ state }: OperatedKeep, needed: OperatedKeep['state']): GatewayError =>
  conflict(`The copy is ${state}; this needs one that is ${needed}.`);
