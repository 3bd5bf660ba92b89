import type { SimulatedCall, SimulatedReply, Simulation, World } from '../contract';
import { IMAGE_TO_VIDEO, ORGANIZATION, TEXT_TO_VIDEO } from '../../src/providers/runway/schema';
import { accountOfKey } from '../kit/account';
import type { Refusal } from '../kit/refusal';
import { MODEL_NAMES, type Path } from './body';
import { admit } from './create';
import { invalid, noTask, refusalOf, refuse } from './refusal';
import { estimateOf, renderTask } from './task';

/**
 * The simulation of Runway. No page tells these, so they are uncertain: the texts of a wrong key, of a missing version and of
 * an overload, and what a task that nobody begins in time is called.
 */

const TASK = '/v1/tasks/:id';

export const runway: Simulation = {
  credentials: { apiKey: 'simulated' },
  models: MODEL_NAMES,
  routes: [
    { method: 'POST', path: TEXT_TO_VIDEO },
    { method: 'POST', path: IMAGE_TO_VIDEO },
    { method: 'GET', path: TASK },
    { method: 'DELETE', path: TASK },
    { method: 'GET', path: ORGANIZATION },
  ],
  handle(call, world) {
    const account = accountOf(call);
    if (account === undefined) return refuse(refusalOf(401, NO_KEY));
    if (!VERSIONS.includes(call.headers['x-runway-version'] ?? '')) {
      return refuse(refusalOf(400, 'X-Runway-Version header is missing or not a valid version'));
    }
    world.countRequest(account);
    switch (`${call.method} ${call.route}`) {
      case `POST ${TEXT_TO_VIDEO}`:
        return create('text', call, account, world);
      case `POST ${IMAGE_TO_VIDEO}`:
        return create('image', call, account, world);
      case `GET ${TASK}`:
        return look(call, account, world);
      case `DELETE ${TASK}`:
        return remove(call, account, world);
      default:
        return { status: 200, body: organization() };
    }
  },
  refuse: (message) => refuse(invalid('promptText', message)),
  overload: (status) =>
    refuse(
      status === 429
        ? refusalOf(429, 'Too many requests. Please try again later.')
        : refusalOf(500, 'An unexpected error occurred.'),
    ),
  // Of jobs at once it tells no limit: tasks above it wait.
  // The page says 24 to 48 hours.
  linkLife: () => ({ seconds: 86_400, from: 'look' }),
  lacks: ['slots'],
  overLimit: () => refuse(refusalOf(429, 'Too many requests. Please try again later.')),
};

const VERSIONS = ['2024-11-06'];
const NO_KEY = 'No API key was provided.';

/** Accounts that meet something else at every create, by their key: `refused-credits`. */
const REFUSED: Readonly<Record<string, Refusal>> = {
  'refused-credits': refusalOf(400, 'You do not have enough credits to run this task.'),
  'refused-daily': refusalOf(429, 'Your daily task limit has been reached.'),
  'refused-model': refusalOf(403, 'Model variant is not available'),
};
/** An account that has to say for whom each of its tasks is. */
const BEHALF = 'on-behalf-of';
const NO_BEHALF = 'X-Runway-On-Behalf-Of request header was not specified for task creation';

/** Every key is an account; one that steers what it meets is called by its own text. */
function accountOf({ headers }: SimulatedCall): string | undefined {
  const key = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
  if (key === undefined) return undefined;
  return Object.hasOwn(REFUSED, key) || key === BEHALF ? key : accountOfKey(key);
}

function create(path: Path, call: SimulatedCall, account: string, world: World): SimulatedReply {
  const refused = REFUSED[account];
  if (refused) return refuse(refused);
  if (account === BEHALF && !call.headers['x-runway-on-behalf-of']) {
    return refuse(refusalOf(400, NO_BEHALF));
  }
  const admission = admit(path, call.body);
  if ('refused' in admission) return refuse(admission.refused);
  const job = world.accept({ ...admission.task, id: uuidOf(world), account });
  return { status: 200, body: { id: job.id, estimatedCost: estimateOf(job) } };
}

/** Makes an id in the form of theirs. */
const uuidOf = (world: World): string =>
  [8, 4, 4, 4, 12].map((length) => world.randomId(length)).join('-');

function look(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const job = world.look(account, call.params['id'] ?? '');
  return job ? { status: 200, body: renderTask(job, world) } : noTask();
}

/** Cancels a task that is not over. Either way nothing is left that a look could show. */
function remove(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const job = world.find(account, call.params['id'] ?? '');
  if (!job) return noTask();
  if (job.state === 'queued' || job.state === 'running') world.cancel(job.id);
  world.remove(job.id);
  return { status: 204, body: new Uint8Array() };
}

/** What the first tier allows of each model; null is no limit. */
const TIER = { maxConcurrentGenerations: 2, maxDailyGenerations: 200 };

const organization = () => ({
  creditBalance: 10_000,
  tier: {
    maxMonthlyCreditSpend: 10_000,
    models: Object.fromEntries(MODEL_NAMES.map((name) => [name, TIER])),
  },
  usage: {
    models: Object.fromEntries(MODEL_NAMES.map((name) => [name, { dailyGenerations: 0 }])),
  },
});
