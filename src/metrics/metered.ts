import type { Engine } from '../core/ports/engine';
import { submitCountOf } from '../core/ports/metrics';
import type { Metrics } from '../core/ports/metrics';
import type { Outbound } from '../core/ports/outbound';
import type { Store } from '../core/ports/store/store';
import { isTerminal } from '../core/job/job';

/**
 * The ports of the product with somebody who counts what comes back: the paths themselves have not one statement more,
 * and do not know of it.
 */

/** Counts exchanges with providers, for callers that say what a call is about. */
export const meteredOutbound = (outbound: Outbound, metrics: Metrics): Outbound => ({
  ...outbound,
  async call(call, options) {
    const { about } = options;
    if (!about) return outbound.call(call, options);
    const startedAt = performance.now();
    const result = await outbound.call(call, options);
    metrics.called(about, result, performance.now() - startedAt);
    return result;
  },
});

/** Counts starts of workflows; `isExhausted` says whether an error means that the engine takes no more for now. */
export const meteredEngine = (
  engine: Engine,
  metrics: Metrics,
  isExhausted: (error: unknown) => boolean,
): Engine => ({
  ...engine,
  async startJob(...job) {
    try {
      const isNew = await engine.startJob(...job);
      metrics.started(isNew ? 'started' : 'there');
      return isNew;
    } catch (error) {
      metrics.started(isExhausted(error) ? 'exhausted' : 'failed');
      throw error;
    }
  },
  async restartJob(...job) {
    await engine.restartJob(...job);
    metrics.restarted(job[3]);
  },
});

/** Counts what was committed: creates, ends, submits, tries of deliveries and copies. */
export const meteredStore = (store: Store, metrics: Metrics): Store => ({
  ...store,
  jobs: {
    ...store.jobs,
    async create(job) {
      const result = await store.jobs.create(job);
      if (result.kind === 'created') metrics.created(result.job.model);
      return result;
    },
    async settle(...settlement) {
      const result = await store.jobs.settle(...settlement);
      const { model, state, charged } = result.job;
      if (result.isNew && isTerminal(state))
        metrics.ended({ model, state, charged: charged ?? 0n });
      return result;
    },
  },
  attempts: {
    ...store.attempts,
    async recordSubmit(id, reading, now, send) {
      const attempt = await store.attempts.recordSubmit(id, reading, now, send);
      const result = submitCountOf(attempt, reading);
      // Only who has just sent names the send; anybody else has found the job of a submit in doubt.
      if (send !== undefined) metrics.submitted(attempt.channel, result);
      else if (result === 'accepted') metrics.submitted(attempt.channel, 'found');
      return attempt;
    },
  },
  deliveries: {
    ...store.deliveries,
    async endTry(id, number, result, end, now) {
      await store.deliveries.endTry(id, number, result, end, now);
      metrics.tried(result, end);
    },
  },
  keeps: {
    ...store.keeps,
    async record(...copy) {
      await store.keeps.record(...copy);
      metrics.copied('kept');
    },
    async giveUp(...copy) {
      await store.keeps.giveUp(...copy);
      metrics.copied('gave_up');
    },
  },
});
