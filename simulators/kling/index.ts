import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { CODES } from '../../src/providers/kling/codes';
import { klingModels } from '../../src/providers/kling/models';
import { newerModels } from '../../src/providers/kling/newer/models';
import { DOORS, TASKS as NEWER, type Door } from '../../src/providers/kling/newer/schema';
import { signatureOf } from '../../src/providers/kling/signature';
import { KINDS, type Kind } from '../../src/providers/kling/schema';
import type { Admission } from '../kit/refusal';
import { wholeNumber } from '../kit/parse';
import { admit } from './create';
import { digitsOf, KEPT_MS, taskIdOf } from './ids';
import { admitNewer } from './newer/create';
import { listed } from './newer/list';
import * as newer from './newer/task';
import { invalid, refusalOf, refuse } from './refusal';
import { renderCallback, renderNewTask, renderTask } from './task';
import { accountOf } from './token';

/**
 * The simulation of Kling has both of its wires: the four kinds of the older one and the three doors of the newer one that
 * the adapter speaks. No page tells these, so they are uncertain: the answer to a second `external_task_id` on the older
 * wire (`DUPLICATE_ACCOUNT`), how many tasks a pack runs at once, how many requests it takes in a minute, and the texts.
 */

const WEBHOOK_SECRET = `whsec_${Buffer.from('a-secret-of-the-simulator').toString('base64')}`;

const KIND = '/v1/videos/:kind';
const TASK = '/v1/videos/:kind/:id';
const DOOR = '/:door/:model';
const LIST = '/tasks';

export const kling: Simulation = {
  credentials: { apiKey: 'simulated', webhookSecret: WEBHOOK_SECRET },
  models: [...Object.keys(klingModels), ...Object.keys(newerModels)],
  routes: [
    { method: 'POST', path: KIND },
    { method: 'GET', path: KIND },
    { method: 'GET', path: TASK },
    { method: 'GET', path: LIST },
    { method: 'POST', path: DOOR },
  ],
  handle(call, world) {
    const who = accountOf(call.headers, world.now);
    if ('refused' in who) return refuse(who.refused, world);
    // A signed token opens the older wire alone.
    if (who.isToken && (call.route === LIST || call.route === DOOR)) {
      return refuse(refusalOf(1002), world);
    }
    world.countRequest(who.account);
    return answerTo({ call, account: who.account, world });
  },
  refuse: (message, world) => refuse(refusalOf(1201, message), world),
  overload: (status, world) => refuse(refusalOf(status === 429 ? 1303 : 5000), world),
  overLimit: (limit, world) => refuse(refusalOf(limit === 'jobs' ? 1303 : 1302), world),
  linkLife: () => ({ seconds: 30 * 86_400, from: 'end' }),
  callback: (job, world) =>
    signed(
      JSON.stringify(isNewer(job) ? newer.renderTask(job, world) : renderCallback(job, world)),
      world,
    ),
};

/** Signs a callback, as the real one does for an account with a secret: here each account has this one. */
function signed(body: string, world: World): { headers: Record<string, string>; body: string } {
  const [id, timestamp] = [world.randomId(32), String(Math.floor(world.now / 1_000))];
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signatureOf({ id, timestamp, body }, WEBHOOK_SECRET),
    },
    body,
  };
}

const isNewer = (job: SimulatedJob): boolean => job.data['kind'] === NEWER;

interface KlingCall {
  call: SimulatedCall;
  account: string;
  world: World;
}
interface KindCall extends KlingCall {
  kind: Kind;
}

function answerTo(asked: KlingCall): SimulatedReply {
  const { call, world } = asked;
  if (call.route === LIST) return listNewer(asked);
  if (call.route === DOOR) {
    const door = DOORS.find((known) => known === call.params['door']);
    return door ? createNewer(door, asked) : refuse(refusalOf(1202), world);
  }
  const kind = KINDS.find((known) => known === call.params['kind']);
  if (!kind) return refuse(refusalOf(1202), world);
  if (call.method === 'POST') return create({ ...asked, kind });
  return call.route === TASK ? get({ ...asked, kind }) : list({ ...asked, kind });
}

function answer(data: unknown, world: World): SimulatedReply {
  const body = { code: 0, message: 'SUCCEED', request_id: world.randomId(32), data };
  return { status: 200, body };
}

/** Tasks one account may have waiting. */
const WAITING_MAX = 100;

/** An account whose every submit is refused with that code, so that each can be met: `refused-1102`. */
const REFUSED_ACCOUNT = /^refused-(\d{4})$/;

/**
 * What a second submit with an `external_task_id` gets depends on the account's name, since nobody knows it of the older
 * wire: that code for `duplicate-1200`, the task of the first for `duplicate-first-task`, 1201 for every other.
 */
const DUPLICATE_ACCOUNT = /^duplicate-(\d{4}|first-task)$/;

const create = (asked: KindCall): SimulatedReply =>
  take(() => admit(asked.kind, asked.call.body), asked, renderNewTask);

const createNewer = (door: Door, asked: KlingCall): SimulatedReply =>
  take(
    () => admitNewer(door, asked.call.params['model'] ?? '', asked.call.body),
    asked,
    newer.renderNewTask,
  );

/** Takes a task in, or refuses it; the ids of a client's own are one space over both wires. */
function take(
  admitted: () => Admission,
  { account, world }: KlingCall,
  render: (job: SimulatedJob) => unknown,
): SimulatedReply {
  const code = Number(REFUSED_ACCOUNT.exec(account)?.[1]);
  if (code in CODES) return refuse(refusalOf(code), world);
  const admission = admitted();
  if ('refused' in admission) return refuse(admission.refused, world);
  const { task } = admission;
  const externalId = task.data['external_task_id'];
  const id =
    typeof externalId === 'string' ? taskIdOf(account, externalId) : digitsOf(world.randomId(32));
  const first = world.find(account, id);
  if (first) return answerDuplicate(first, { account, world }, render);
  if (world.countQueued(account) >= WAITING_MAX) return refuse(refusalOf(1303), world);
  return answer(render(world.accept({ ...task, id, account })), world);
}

function answerDuplicate(
  first: SimulatedJob,
  { account, world }: Pick<KlingCall, 'account' | 'world'>,
  render: (job: SimulatedJob) => unknown,
): SimulatedReply {
  const wish = DUPLICATE_ACCOUNT.exec(account)?.[1] ?? '1201';
  if (wish === 'first-task') return answer(render(first), world);
  const message = `External_task_id ${String(first.data['external_task_id'])} already exists`;
  return refuse(refusalOf(Number(wish), message), world);
}

function listNewer({ call, account, world }: KlingCall): SimulatedReply {
  const found = listed(call, account, world);
  if ('refused' in found) return refuse(found.refused, world);
  return answer(
    found.jobs.map((job) => newer.renderTask(job, world)),
    world,
  );
}
/** Seen by several clients with real keys: 400 and 1201, where the page of codes has 404 and 1203. */
const notFound = (id: string, world: World): SimulatedReply =>
  refuse(refusalOf(1201, `Task not found by id/external id: ${id}`), world);

const isShown = (job: SimulatedJob, kind: Kind, now: number): boolean =>
  job.data['kind'] === kind && now - job.createdAt < KEPT_MS;

/** Finds a task by Kling's id or the client's own; under another kind it does not exist. */
function get({ call, kind, account, world }: KindCall): SimulatedReply {
  const asked = call.params['id'] ?? '';
  const found = [asked, taskIdOf(account, asked)].find((id) => {
    const job = world.find(account, id);
    return job && isShown(job, kind, world.now);
  });
  const job = found && world.look(account, found);
  return job ? answer(renderTask(job, world), world) : notFound(asked, world);
}

function list({ call, kind, account, world }: KindCall): SimulatedReply {
  const page = wholeNumber(call.query.get('pageNum') ?? '1', 1_000);
  const size = wholeNumber(call.query.get('pageSize') ?? '30', 500);
  if (!page) return refuse(invalid('pageNum'), world);
  if (!size) return refuse(invalid('pageSize'), world);
  const shown = world.list(account).filter((job) => isShown(job, kind, world.now));
  const jobs = shown.slice((page - 1) * size, page * size);
  return answer(
    jobs.map((job) => renderTask(job, world)),
    world,
  );
}
