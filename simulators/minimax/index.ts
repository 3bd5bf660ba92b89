import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { CODES } from '../../src/providers/minimax/codes';
import { CREATE, QUERY, TASK_STATUSES } from '../../src/providers/minimax/schema';
import * as older from '../../src/providers/minimax/hailuo/schema';
import { accountOfKey } from '../kit/account';
import { wholeNumber } from '../kit/parse';
import type { Admission } from '../kit/refusal';
import { PAGES } from './checks';
import { admit } from './create';
import { admitHailuo, HAILUO } from './hailuo/create';
import * as hailuo from './hailuo/task';
import { billOf } from './charges';
import { invalid, refusalOf, refuse } from './refusal';
import { renderTask } from './task';

/**
 * The simulation of MiniMax has both of its wires. No page tells these, so they are uncertain: what an unknown task is
 * answered on the older wire (2013), whether a list shows a task as soon as it is made, and the texts.
 */

const TASK = `${QUERY}/:id`;
const RECORD = `${CREATE}/:id`;

export const minimax: Simulation = {
  credentials: { apiKey: 'simulated' },
  models: [...Object.keys(PAGES), ...HAILUO],
  routes: [
    { method: 'POST', path: CREATE },
    { method: 'GET', path: QUERY },
    { method: 'GET', path: TASK },
    { method: 'DELETE', path: RECORD },
    { method: 'POST', path: older.CREATE },
    { method: 'GET', path: older.QUERY },
    { method: 'GET', path: older.FILE },
  ],
  handle(call, world) {
    const account = accountOf(call);
    if (account === undefined) return refuse(refusalOf(1004, LOGIN_FAIL), world, call);
    world.countRequest(account);
    return answerTo({ call, account, world });
  },
  refuse: (message, world, call) =>
    refuse(refusalOf(2013, `invalid params, ${message}`), world, call),
  overload: (status, world, call) => refuse(refusalOf(status === 429 ? 1002 : 1000), world, call),
  overLimit: (limit, world, call) => refuse(refusalOf(limit === 'jobs' ? 1041 : 1002), world, call),
  billOf,
  // An hour is what the page says of the older wire; of the newer one none says more than "a fresh link" (uncertain).
  linkLife: () => ({ seconds: 3_600, from: 'look' }),
  challenge(world) {
    const challenge = world.randomId(16);
    return {
      headers: JSON_TYPE,
      body: JSON.stringify({ challenge }),
      answerMs: 3_000,
      accepts: (answer) => JSON.stringify(answer) === JSON.stringify({ challenge }),
    };
  },
  callback: (job, world) => ({
    headers: JSON_TYPE,
    body: JSON.stringify(
      isHailuo(job) ? hailuo.renderCallback(job, world) : { task: renderTask(job, world) },
    ),
  }),
};

const JSON_TYPE = { 'content-type': 'application/json' };

const LOGIN_FAIL =
  "login fail: Please carry the API secret key in the 'Authorization' field of the request header";

/** Every key is an account; one that steers what it meets is called by its own text. */
function accountOf({ headers }: SimulatedCall): string | undefined {
  const key = /^Bearer (\S+)$/.exec(headers['authorization'] ?? '')?.[1];
  if (key === undefined) return undefined;
  return REFUSED_ACCOUNT.test(key) || key === FORGETFUL_ACCOUNT ? key : accountOfKey(key);
}

/** An account whose every create is refused with that code, so that each can be met: `refused-1008`. */
const REFUSED_ACCOUNT = /^refused-(\d{4})$/;
/** An account that is told of a task which is not there with HTTP 500, as a client of the real service was. */
const FORGETFUL_ACCOUNT = 'record-not-found';

const isHailuo = (job: SimulatedJob): boolean => job.data['wire'] === 'hailuo';

interface MinimaxCall {
  call: SimulatedCall;
  account: string;
  world: World;
}

function answerTo(asked: MinimaxCall): SimulatedReply {
  const { call } = asked;
  switch (call.route) {
    case CREATE:
      return create(asked, admit, (job) => ({ task_id: job.id }));
    case older.CREATE:
      return create(asked, admitHailuo, (job) => ({ task_id: job.id, base_resp: hailuo.WELL }));
    case TASK:
      return look(asked);
    case RECORD:
      return remove(asked);
    case older.QUERY:
      return lookOlder(asked);
    case older.FILE:
      return file(asked);
    default:
      return list(asked);
  }
}

/** A file has an id one digit longer, which is still a whole number of JavaScript. */
const DIGITS = 14;

function create(
  { call, account, world }: MinimaxCall,
  admitted: (bytes: Uint8Array) => Admission,
  render: (job: SimulatedJob) => unknown,
): SimulatedReply {
  const code = Number(REFUSED_ACCOUNT.exec(account)?.[1]);
  if (code in CODES) return refuse(refusalOf(code), world, call);
  const admission = admitted(call.body);
  if ('refused' in admission) return refuse(admission.refused, world, call);
  const id = `4${digits(world.randomId(DIGITS))}`.slice(0, DIGITS);
  return { status: 200, body: render(world.accept({ ...admission.task, id, account })) };
}

/** Makes digits of letters and digits, one of each. */
const digits = (text: string): string =>
  Array.from(text, (letter) => String(letter.charCodeAt(0) % 10)).join('');

const KEPT_MS = 7 * 86_400_000;

/** Finds a task of that wire; on the newer one it is known for seven days. */
function find(id: string, wire: 'h3' | 'hailuo', { account, world }: MinimaxCall) {
  const job = world.find(account, id);
  const isKept = wire === 'hailuo' || (job && world.now - job.createdAt < KEPT_MS);
  return job?.data['wire'] === wire && isKept ? job : undefined;
}

function notFound({ call, account, world }: MinimaxCall): SimulatedReply {
  if (account !== FORGETFUL_ACCOUNT) return refuse(invalid('invalid', 'task_id'), world, call);
  return refuse(refusalOf(1000, 'record not found'), world, call);
}

function look(asked: MinimaxCall): SimulatedReply {
  const { call, account, world } = asked;
  const id = call.params['id'] ?? '';
  const job = find(id, 'h3', asked) && world.look(account, id);
  return job ? { status: 200, body: { task: renderTask(job, world) } } : notFound(asked);
}

function remove(asked: MinimaxCall): SimulatedReply {
  const { call, world } = asked;
  const job = find(call.params['id'] ?? '', 'h3', asked);
  if (!job) return notFound(asked);
  if (job.state === 'running' || job.state === 'canceled') {
    const word = job.state === 'running' ? 'running' : 'cancelled';
    return refuse(invalid('task', `is ${word}`), world, call);
  }
  const isQueued = job.state === 'queued';
  if (isQueued) world.cancel(job.id);
  else world.remove(job.id);
  const action = isQueued ? 'cancelled' : 'deleted';
  return { status: 200, body: { task_id: job.id, action, status: action } };
}

function list({ call, account, world }: MinimaxCall): SimulatedReply {
  const { query } = call;
  const page = wholeNumber(query.get('page_num') ?? '1', 500);
  const size = wholeNumber(query.get('page_size') ?? '20', 500);
  const status = query.get('filter.status');
  if (!page) return refuse(invalid('page_num'), world, call);
  if (!size) return refuse(invalid('page_size'), world, call);
  if (status && !TASK_STATUSES.some((known) => known === status)) {
    return refuse(invalid('filter.status'), world, call);
  }
  const ids = query.getAll('filter.task_ids');
  const model = query.get('filter.model');
  const tasks = world
    .list(account)
    .filter((job) => !isHailuo(job) && world.now - job.createdAt < KEPT_MS)
    .filter((job) => ids.length === 0 || ids.includes(job.id))
    .map((job) => renderTask(job, world))
    .filter((task) => !status || task['status'] === status)
    .filter((task) => !model || task['model'] === model);
  const items = tasks.slice((page - 1) * size, page * size);
  return { status: 200, body: { items, total: tasks.length } };
}

function lookOlder(asked: MinimaxCall): SimulatedReply {
  const { call, account, world } = asked;
  const id = call.query.get('task_id') ?? '';
  const job = find(id, 'hailuo', asked) && world.look(account, id);
  return job ? { status: 200, body: hailuo.renderTask(job, world) } : notFound(asked);
}

function file(asked: MinimaxCall): SimulatedReply {
  const { call, world } = asked;
  const id = hailuo.jobIdOf(call.query.get('file_id') ?? '') ?? '';
  const job = find(id, 'hailuo', asked);
  const url = job?.state === 'succeeded' ? world.mediaUrl(job, 'video') : undefined;
  return job && url !== undefined
    ? { status: 200, body: hailuo.renderFile(job, url) }
    : refuse(invalid('invalid', 'file_id'), world, call);
}
