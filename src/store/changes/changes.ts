import type { Pool } from 'pg';
import { MILESTONES } from '../../core/ports/store/changes';
import type { ChangeStore, Milestone } from '../../core/ports/store/changes';
import { createFeedReader } from './feed';
import { createFeedWaiters } from './feed-waiters';
import { createGatherer } from './gatherer';
import { createListener } from './listener';
import { createMovers } from './movers';
import { timelineOf } from './timeline';
import { createWaiters } from './waiters';
import type { Waiters } from './waiters';

/**
 * Lets endpoints that answer late wait. The database tells which job moved; once a second every waiting job is asked for
 * in one query, so that a lost message (a connection that broke, a database that restarted) costs a second and nothing
 * else. Without a waiter nothing is asked.
 */
export interface Changes extends ChangeStore {
  close(): Promise<void>;
}

const RECHECK_MS = 1_000;
/** Messages that arrive together are answered by one query. */
const GATHER_MS = 10;
/** A row that an open transaction holds back is asked for again after this. */
const HELD_BACK_MS = 50;

export function createChanges(url: string, pool: Pool, onError: (error: Error) => void): Changes {
  const waiters = createWaiters();
  const movers = createMovers(pool);
  const feeds = createFeedWaiters(pool, onError);
  const messages = createGatherer(GATHER_MS, tell, onError);
  const heldBack = createGatherer(HELD_BACK_MS, look, onError);
  let recheck: NodeJS.Timeout | undefined;
  const listener = createListener(url, 'reelay_jobs', {
    message(jobId) {
      gather(jobId);
      feeds.nudge();
    },
    error: onError,
  });

  function gather(jobId: string): void {
    if (waiters.has(jobId) || movers.has(jobId)) messages.add([jobId]);
  }

  async function tell(ids: readonly string[]): Promise<void> {
    await Promise.all([wake(pool, waiters, ids.filter(waiters.has)), look(ids)]);
  }

  async function look(ids: readonly string[]): Promise<void> {
    heldBack.add(await movers.look(ids));
  }

  function planRound(): void {
    if ([waiters, movers, feeds].some(({ ids }) => ids().length > 0))
      recheck ??= setTimeout(() => void round(), RECHECK_MS);
  }

  async function round(): Promise<void> {
    listener.ensure();
    await wake(pool, waiters, waiters.ids()).catch(onError);
    await look(movers.ids()).catch(onError);
    await feeds.look().catch(onError);
    recheck = undefined;
    planRound();
  }

  return {
    wait(jobId, until, ms, signal) {
      const waiting = waiters.wait(jobId, until, ms, signal);
      listener.ensure();
      // What happened before the waiting began is found at once.
      gather(jobId);
      planRound();
      return waiting;
    },
    moved(jobId, mark, ms, signal) {
      const moving = movers.wait(jobId, mark, ms, signal);
      listener.ensure();
      gather(jobId);
      planRound();
      return moving;
    },
    feed: {
      ...createFeedReader(pool),
      moved(...wait) {
        const moving = feeds.wait(...wait);
        listener.ensure();
        feeds.nudge();
        planRound();
        return moving;
      },
    },
    timeline: (jobId) => timelineOf(pool, jobId),
    async close() {
      messages.stop();
      heldBack.stop();
      movers.dismiss();
      feeds.dismiss();
      waiters.dismiss();
      clearTimeout(recheck);
      await listener.close();
    },
  };
}

async function wake(pool: Pool, waiters: Waiters, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  const { rows } = await pool.query<MilestoneRow>(SELECT_MILESTONES, [ids]);
  for (const row of rows) {
    const reached = MILESTONES.findLast((milestone) => row[milestone]);
    if (reached) waiters.tell(row.id, reached);
  }
}

type MilestoneRow = { id: string } & Record<Milestone, boolean>;

const SELECT_MILESTONES = `
  SELECT id, finished_at IS NOT NULL AS ended,
         EXISTS (SELECT 1 FROM attempts WHERE job_id = jobs.id AND state = 'accepted') AS accepted,
         EXISTS (SELECT 1 FROM attempts WHERE job_id = jobs.id AND state = 'accepted'
                 AND submit_reply_status IS NOT NULL) AS answered
  FROM jobs WHERE id = ANY($1::uuid[])`;
