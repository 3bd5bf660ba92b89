import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { TASK_STATUSES } from '../../src/providers/ark/schema';
import { accountOfKey } from '../kit/account';
import { wholeNumber } from '../kit/parse';
import { admit } from './create';
import { LIMITED_NAMES, OVER_LIMIT, TIERS } from './limits';
import { invalid, refuse } from './refusal';
import { renderTask, STATUS } from './task';

/**
 * The simulation of Ark. No page tells these, so they are uncertain: the code of an unknown task id and of a full
 * queue, the texts, and whether `seed` is echoed for 2.x. The refusal to delete a running task (409,
 * InvalidAction.RunningTaskDeletion) was measured by several users of the real service.
 */

const TASKS = '/contents/generations/tasks';
const TASK = '/contents/generations/tasks/:id';

export const ark: Simulation = {
  credentials: { apiKey: 'simulated' },
  models: LIMITED_NAMES,
  routes: [
    { method: 'POST', path: TASKS },
    { method: 'GET', path: TASKS },
    { method: 'GET', path: TASK },
    { method: 'DELETE', path: TASK },
  ],
  handle(call, world) {
    const account = accountOf(call);
    if (!account) {
      const message = 'The API key in the request is missing or invalid.';
      return refuse({ status: 401, code: 'AuthenticationError', message }, world);
    }
    world.countRequest(account);
    switch (`${call.method} ${call.route}`) {
      case `POST ${TASKS}`:
        return create(call, account, world);
      case `GET ${TASKS}`:
        return list(call, account, world);
      case `GET ${TASK}`:
        return get(call, account, world);
      case `DELETE ${TASK}`:
        return remove(call, account, world);
      default:
        throw new Error(`no handler for ${call.method} ${call.route}`);
    }
  },
  refuse: (message, world) =>
    refuse({ status: 400, code: 'InvalidParameter', message, param: 'content' }, world),
  overload: (status, world) =>
    status === 429
      ? refuse(
          { status, code: 'ServerOverloaded', message: 'The service is overloaded, try later.' },
          world,
        )
      : refuse({ status, code: 'InternalServiceError', message: 'Something went wrong.' }, world),
  overLimit: (limit, world) => refuse(OVER_LIMIT[limit], world),
  linkLife: () => ({ seconds: 86_400, from: 'end' }),
  tiers: TIERS,
  callback: (job, world) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(renderTask(job, world)),
  }),
};

/** Takes any key as an account of its own. Undefined for a call without a key. */
function accountOf(call: SimulatedCall): string | undefined {
  const key = /^Bearer (\S+)$/.exec(call.headers['authorization'] ?? '')?.[1];
  return key && accountOfKey(key);
}

/** Queued tasks one account may have. */
const QUEUED_MAX = 120;

function create(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const admitted = admit(call.body, (draftId) => world.find(account, draftId));
  if ('refused' in admitted) return refuse(admitted.refused, world);
  if (world.countQueued(account) >= QUEUED_MAX) {
    const message = `You have reached the limit of ${String(QUEUED_MAX)} queued tasks.`;
    return refuse({ status: 429, code: 'QuotaExceeded', message }, world);
  }
  const { seed, ...task } = admitted.task;
  const job = world.accept({
    ...task,
    id: `cgt-${timestamp(world.now)}-${world.randomId(5)}`,
    account,
    seed: seed === -1 ? parseInt(world.randomId(6), 36) % 2 ** 31 : seed,
  });
  const identifier = job.data['safety_identifier'];
  return {
    status: 200,
    body: { id: job.id, ...(identifier ? { safety_identifier: identifier } : {}) },
  };
}

function timestamp(now: number): string {
  return new Date(now).toISOString().replace(/\D/g, '').slice(0, 14);
}

const DAY_MS = 86_400_000;

/** Records live for 7 days, those of canceled tasks for one. */
function isKept(job: SimulatedJob, now: number): boolean {
  if (job.state === 'canceled') return now - job.updatedAt < DAY_MS;
  return now - job.createdAt < 7 * DAY_MS;
}

function notFound(id: string, world: World): SimulatedReply {
  const message = `The specified task ${id} is not found.`;
  return refuse({ status: 404, code: 'ResourceNotFound', message, param: 'id' }, world);
}

function get(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const id = call.params['id'] ?? '';
  const job = world.look(account, id);
  if (!job || !isKept(job, world.now)) return notFound(id, world);
  return { status: 200, body: renderTask(job, world) };
}

function remove(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const id = call.params['id'] ?? '';
  const job = world.find(account, id);
  if (!job || !isKept(job, world.now)) return notFound(id, world);
  if (job.state === 'running') {
    const message = 'Cannot delete task because it is currently running.';
    return refuse({ status: 409, code: 'InvalidAction.RunningTaskDeletion', message }, world);
  }
  if (job.state === 'canceled') {
    const message = 'Cannot delete task because it is already cancelled.';
    return refuse({ status: 409, code: 'InvalidAction.CancelledTaskDeletion', message }, world);
  }
  if (job.state === 'queued') world.cancel(job.id);
  else world.remove(job.id);
  return { status: 200, body: {} };
}

function list(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const { query } = call;
  const page = wholeNumber(query.get('page_num') ?? '1', 500);
  const size = wholeNumber(query.get('page_size') ?? '20', 500);
  const status = query.get('filter.status');
  const bad = !page
    ? 'page_num'
    : !size
      ? 'page_size'
      : status && !TASK_STATUSES.some((known) => known === status)
        ? 'filter.status'
        : undefined;
  if (bad || !page || !size) {
    return refuse(invalid(bad ?? ''), world);
  }
  const ids = query.getAll('filter.task_ids').flatMap((value) => value.split(','));
  const model = query.get('filter.model');
  const tier = query.get('filter.service_tier') ?? 'default';
  const found = world
    .list(account)
    .filter(
      (job) =>
        isKept(job, world.now) &&
        (!status || STATUS[job.state] === status) &&
        (ids.length === 0 || ids.includes(job.id)) &&
        (!model || job.data['model'] === model) &&
        job.data['service_tier'] === tier,
    );
  const items = found.slice((page - 1) * size, page * size).map((job) => renderTask(job, world));
  return { status: 200, body: { items, total: found.length } };
}
