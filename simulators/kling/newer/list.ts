import type { SimulatedCall, SimulatedJob, World } from '../../contract';
import { TASKS } from '../../../src/providers/kling/newer/schema';
import type { Refusal } from '../../kit/refusal';
import { invalid } from '../refusal';
import { KEPT_MS, taskIdOf } from '../ids';

/** The list of the newer wire takes so many ids at most. */
const IDS_MAX = 20;

const PARAMS = ['task_ids', 'external_task_ids'] as const;

/**
 * Finds the tasks that a list is asked for, by Kling's ids or the client's own; what is unknown is left out. A list of one
 * task is a look at it.
 */
export function listed(
  { query }: Pick<SimulatedCall, 'query'>,
  account: string,
  world: World,
): { refused: Refusal } | { jobs: SimulatedJob[] } {
  const given = PARAMS.filter((name) => query.get(name));
  const [name, other] = given;
  if (name === undefined) return { refused: invalid('task_ids', 'is missing') };
  if (other !== undefined) return { refused: invalid(given.join(', '), 'exclude each other') };
  const ids = (query.get(name) ?? '').split(',');
  if (ids.length > IDS_MAX) return { refused: invalid(name, 'has too many ids') };
  const own = name === 'task_ids' ? ids : ids.map((id) => taskIdOf(account, id));
  return { jobs: shown(own, account, world) };
}

function shown(ids: readonly string[], account: string, world: World): SimulatedJob[] {
  const [first = '', second] = ids;
  if (second === undefined) {
    const job = isShown(world.find(account, first), world.now) && world.look(account, first);
    return job ? [job] : [];
  }
  const jobs = new Map(world.list(account).map((job) => [job.id, job]));
  return ids.flatMap((id) => {
    const job = jobs.get(id);
    return job && isShown(job, world.now) ? [job] : [];
  });
}

const isShown = (job: SimulatedJob | undefined, now: number): boolean =>
  job?.data['kind'] === TASKS && now - job.createdAt < KEPT_MS;
