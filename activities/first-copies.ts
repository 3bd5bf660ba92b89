import { ApplicationFailure } from '@temporalio/common';
import { beginKeep } from '../src/attempts/begin';
import { endsWithin } from '../src/core/within';
import { createRounds } from '../src/core/job/rounds';
import type { RoundEnd } from '../src/core/job/rounds';
import type { ClaimedCopy } from '../src/core/ports/store/keeps';
import { copyFacts } from '../src/core/ports/traces';
import { endedBy } from './cut';
import type { ActivityDeps } from './deps';
import { copiesOfOne, copy, copyPlaces } from './keep';

/**
 * The first copy of each result is made by a worker that claims its row, without a workflow; only a copy that fails gets
 * `keepResult`. A claim is renewed while its copy lasts, so that one of a process that died ends soon; the sweep then
 * has the row.
 */
export interface FirstCopies {
  /** Says that a result is to be copied; never waits and never fails. */
  wake(): void;
  /**
   * Claims nothing further, lets copies go on for the grace of a stop, and hands those that it cuts to the engine. What
   * does not end even then is left behind, and its row to the sweep.
   */
  stop(): Promise<void>;
}

/** A claim lasts for so many heartbeats, and is renewed at each. */
const BEATS_PER_CLAIM = 3;

export function createFirstCopies(all: ActivityDeps): FirstCopies {
  const cut = new AbortController();
  const deps = { ...all, outbound: endedBy(all.outbound, () => cut.signal) };
  const { store, limits, waits, now, log } = deps;
  const running = new Map<string, { workspaceId: string; work: Promise<void> }>();
  /** Rows may be left that a place is wanted for: whoever leaves one asks for a round. */
  let isHeldBack = false;
  let isStopping = false;
  const claimEnd = (): number => now() + waits.heartbeatMs * BEATS_PER_CLAIM;

  const begin = (claimed: ClaimedCopy): boolean => {
    const { jobId, workspaceId } = claimed;
    const taken = deps.places.take(copyPlaces(deps, workspaceId), now());
    if ('heldMs' in taken) return false;
    const work = copyFirst(deps, claimed).finally(() => {
      taken.leave();
      running.delete(jobId);
      if (isHeldBack) rounds.wake();
    });
    running.set(jobId, { workspaceId, work });
    return true;
  };
  const round = async (pauseMs: number): Promise<RoundEnd> => {
    if (isStopping) return 'done';
    const { limit, notOf } = roomOf(limits, [...running.values()]);
    isHeldBack = limit === 0 || notOf.length > 0;
    if (limit === 0) return 'done';
    const claimed = await store.keeps.claim(now(), claimEnd(), { limit, notOf });
    // Only copies that workflows make can have taken the places meanwhile.
    const turnedAway = claimed.filter((one) => !begin(one)).map(({ jobId }) => jobId);
    await store.keeps.claimUntil(turnedAway, now() + pauseMs);
    if (turnedAway.length > 0) return 'some';
    return claimed.length === limit ? 'more' : 'done';
  };
  const rounds = createRounds({
    round,
    onAway: (err) => {
      log.warn({ err }, 'copies of results could not be claimed; they are tried again');
    },
    pauseMs: waits.startAgainMs,
    pauseMaxMs: waits.startAgainMaxMs,
  });
  const renewing = setInterval(() => {
    // A renewal that fails shortens the claim, and the next makes up for it.
    store.keeps.claimUntil([...running.keys()], claimEnd()).catch(() => undefined);
  }, waits.heartbeatMs);
  renewing.unref();
  return {
    wake: rounds.wake,
    async stop() {
      isStopping = true;
      const ended = rounds
        .stop(waits.shutdownMs)
        .then(() => Promise.all([...running.values()].map(({ work }) => work)));
      if (!(await endsWithin(ended, waits.shutdownMs))) {
        cut.abort(new Error('the process stops'));
        await endsWithin(ended, waits.cutMs);
      }
      clearInterval(renewing);
    },
  };
}

/**
 * Says how many results may be claimed so that each has a place, whosever they are, and of which workspaces none,
 * since those have all the places that one may have.
 */
function roomOf(
  limits: ActivityDeps['limits'],
  running: readonly { workspaceId: string }[],
): { limit: number; notOf: string[] } {
  const counts = new Map<string, number>();
  for (const { workspaceId } of running)
    counts.set(workspaceId, (counts.get(workspaceId) ?? 0) + 1);
  const ofOne = copiesOfOne(limits);
  const notOf = [...counts].filter(([, count]) => count >= ofOne).map(([workspace]) => workspace);
  const most = Math.max(0, ...[...counts.values()].filter((count) => count < ofOne));
  return {
    limit: Math.max(0, Math.min(limits.copiesAtOnce - running.length, ofOne - most)),
    notOf,
  };
}

/** Copies one result whose row this process has claimed; one that fails is its workflow's from then on. Never rejects. */
async function copyFirst(deps: ActivityDeps, { jobId, ...claimed }: ClaimedCopy): Promise<void> {
  try {
    await tracedCopy(deps, { jobId, ...claimed });
    return;
  } catch (err) {
    // What we throw ourselves was noted on the job, and said, where it was found.
    if (!(err instanceof ApplicationFailure)) {
      deps.log.warn({ jobId, err }, 'the first copy of a result failed; it is tried again');
    }
  }
  try {
    await beginKeep(deps, jobId);
  } catch (err) {
    deps.log.warn({ jobId, err }, 'the engine did not start a copy; the sweep asks it again');
  }
}

async function tracedCopy(deps: ActivityDeps, claimed: ClaimedCopy): Promise<void> {
  const run = () => copy(deps, claimed.jobId, claimed);
  const job = { trace: claimed.trace, facts: copyFacts(claimed) };
  await (deps.traces ? deps.traces.step('keep', run, { job }) : run());
}
