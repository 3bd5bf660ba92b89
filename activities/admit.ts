import { takesJobs } from '../src/attempts/send';
import { isTerminal } from '../src/core/job/job';
import type { QueuePlace } from '../src/core/slots/turns';
import type { ActivityDeps } from './deps';
import { pending } from './failure';

/** A pause is this share longer at most, so that many jobs do not ask in the same moment. */
const JITTER_SHARE = 0.2;

/**
 * The whole wait for a slot: each try reads the job's row, and "not yet" goes back to the server as a delay, so that a
 * waiting job holds nothing here. Whoever gives it a slot ends the wait from outside. What comes next, `submit` decides.
 */
export function admit(deps: ActivityDeps) {
  return async ({ jobId }: { jobId: string }): Promise<Record<string, never>> => {
    const job = await deps.store.jobs.load(jobId);
    if (!job || isTerminal(job.state) || job.state === 'canceling') return {};
    const queue = await deps.store.slots.placeOf(jobId);
    const leftMs = (job.startBy ?? Infinity) - deps.now();
    if (!queue || leftMs <= 0) return {};
    // One that left the config, is being drained, or is left alone for now, gives no turn: the next channel is asked.
    if (!takesJobs(deps, queue.channel) || (await deps.health.isShut(queue.channel))) return {};
    const pauseMs = deps.waits.admitRetryMs * (1 + JITTER_SHARE * deps.random());
    throw pending(sayQueue(queue), Math.min(pauseMs, leftMs));
  };
}

const FULL: Readonly<Record<QueuePlace['reason'], string>> = {
  channel: 'which runs as many jobs as it may',
  model: 'which runs as many jobs of the model as it may',
  workspace: 'while its workspace runs as many jobs as it may',
  key: 'while its API key runs as many jobs as it may',
  turn: 'where others go first',
};

/** Tells people where a job stands: `place 12 on channel ark-cn, which runs as many jobs as it may`. */
export const sayQueue = ({ place, channel, reason }: QueuePlace): string =>
  `place ${String(place)} on channel ${channel}, ${FULL[reason]}`;
