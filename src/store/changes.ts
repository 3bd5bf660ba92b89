import type { Pool } from 'pg';
import type { ChangeStore, Milestone } from '../core/store';
import { createListener } from './listener';
import type { Listener } from './listener';

/**
 * Where doors that answer late wait. The database tells which job moved; once a second every waiting job is asked for
 * in one query, so that a lost message (a connection that broke, a database that restarted) costs a second and nothing
 * else. Without a waiter nothing is asked.
 */
export interface Changes extends ChangeStore {
  close(): Promise<void>;
}

const RECHECK_MS = 1_000;
/** Messages that arrive together are answered by one query. */
const GATHER_MS = 10;

interface Waiter {
  until: Milestone;
  leave(isReached: boolean): void;
}

export function createChanges(url: string, pool: Pool, onError: (error: Error) => void): Changes {
  const room = new WaitingRoom(url, pool, onError);
  return {
    wait(jobId, until, ms, signal) {
      if (signal?.aborted || ms <= 0) return Promise.resolve(false);
      return new Promise((resolve) => {
        const giveUp = (): void => {
          waiter.leave(false);
        };
        const timer = setTimeout(giveUp, ms);
        const waiter: Waiter = {
          until,
          leave(isReached) {
            clearTimeout(timer);
            signal?.removeEventListener('abort', giveUp);
            room.exit(jobId, waiter);
            resolve(isReached);
          },
        };
        signal?.addEventListener('abort', giveUp);
        room.enter(jobId, waiter);
      });
    },
    close: () => room.close(),
  };
}

class WaitingRoom {
  private readonly waiting = new Map<string, Set<Waiter>>();
  private readonly told = new Set<string>();
  private gathering: NodeJS.Timeout | undefined;
  private recheck: NodeJS.Timeout | undefined;
  private readonly listener: Listener;

  constructor(
    url: string,
    private readonly pool: Pool,
    private readonly onError: (error: Error) => void,
  ) {
    const message = (id: string): void => {
      this.gather(id);
    };
    this.listener = createListener(url, 'reelay_jobs', { message, error: onError });
  }

  enter(jobId: string, waiter: Waiter): void {
    this.waiting.set(jobId, (this.waiting.get(jobId) ?? new Set()).add(waiter));
    this.listener.ensure();
    // What happened before the waiting began is found at once.
    this.gather(jobId);
    this.planRound();
  }

  exit(jobId: string, waiter: Waiter): void {
    const others = this.waiting.get(jobId);
    others?.delete(waiter);
    if (others?.size === 0) this.waiting.delete(jobId);
  }

  async close(): Promise<void> {
    clearTimeout(this.gathering);
    for (const waiter of [...this.waiting.values()].flatMap((set) => [...set])) waiter.leave(false);
    clearTimeout(this.recheck);
    await this.listener.close();
  }

  private gather(id: string): void {
    if (!this.waiting.has(id)) return;
    this.told.add(id);
    this.gathering ??= setTimeout(() => {
      this.gathering = undefined;
      const ids = [...this.told];
      this.told.clear();
      this.check(ids).catch(this.onError);
    }, GATHER_MS);
  }

  private planRound(): void {
    if (this.waiting.size > 0) this.recheck ??= setTimeout(() => void this.round(), RECHECK_MS);
  }

  private async round(): Promise<void> {
    this.listener.ensure();
    await this.check([...this.waiting.keys()]).catch(this.onError);
    this.recheck = undefined;
    this.planRound();
  }

  private async check(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { rows } = await this.pool.query<Reached>(REACHED, [ids]);
    for (const { id, ended, accepted } of rows) {
      for (const waiter of this.waiting.get(id) ?? []) {
        if (ended || (accepted && waiter.until === 'accepted')) waiter.leave(true);
      }
    }
  }
}

interface Reached {
  id: string;
  ended: boolean;
  accepted: boolean;
}

const REACHED = `
  SELECT id, finished_at IS NOT NULL AS ended,
         EXISTS (SELECT 1 FROM attempts WHERE job_id = jobs.id AND state = 'accepted') AS accepted
  FROM jobs WHERE id = ANY($1::uuid[])`;
