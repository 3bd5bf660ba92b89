import { createHash } from 'node:crypto';
import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { CODES } from '../../src/providers/kling/codes';
import { klingModels } from '../../src/providers/kling/models';
import { KINDS, type Kind } from '../../src/providers/kling/schema';
import { wholeNumber } from '../kit/parse';
import { admit } from './create';
import { invalid, refusalOf, refuse } from './refusal';
import { renderCallback, renderNewTask, renderTask } from './task';
import { accountOf } from './token';

/**
 * The simulation of Kling has the four kinds that the adapter speaks. No page tells these, so they are uncertain: the
 * answer to a second `external_task_id` (`DUPLICATE_ACCOUNT`), how many tasks a pack runs at once, how many requests it takes in a minute, and the texts.
 */

const TASKS = '/v1/videos/:kind';
const TASK = '/v1/videos/:kind/:id';

export const kling: Simulation = {
  credentials: { apiKey: 'simulated' },
  models: Object.keys(klingModels),
  routes: [
    { method: 'POST', path: TASKS },
    { method: 'GET', path: TASKS },
    { method: 'GET', path: TASK },
  ],
  handle(call, world) {
    const who = accountOf(call.headers, world.now);
    if ('refused' in who) return refuse(who.refused, world);
    world.countRequest(who.account);
    const kind = KINDS.find((known) => known === call.params['kind']);
    if (!kind) return refuse(refusalOf(1202), world);
    const request: KlingRequest = { call, kind, account: who.account, world };
    switch (`${call.method} ${call.route}`) {
      case `POST ${TASKS}`:
        return create(request);
      case `GET ${TASKS}`:
        return list(request);
      case `GET ${TASK}`:
        return get(request);
      default:
        throw new Error(`no handler for ${call.method} ${call.route}`);
    }
  },
  refuse: (message, world) => refuse(refusalOf(1201, message), world),
  overload: (status, world) => refuse(refusalOf(status === 429 ? 1303 : 5000), world),
  overLimit: (limit, world) => refuse(refusalOf(limit === 'jobs' ? 1303 : 1302), world),
  callback: (job, world) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(renderCallback(job, world)),
  }),
};

interface KlingRequest {
  call: SimulatedCall;
  kind: Kind;
  account: string;
  world: World;
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
 * What a second submit with an `external_task_id` gets depends on the account's name, since nobody knows: that code for
 * `duplicate-1200`, the task of the first for `duplicate-first-task`, 1201 for every other.
 */
const DUPLICATE_ACCOUNT = /^duplicate-(\d{4}|first-task)$/;

function create({ call, kind, account, world }: KlingRequest): SimulatedReply {
  const code = Number(REFUSED_ACCOUNT.exec(account)?.[1]);
  if (code in CODES) return refuse(refusalOf(code), world);
  const admitted = admit(kind, call.body);
  if ('refused' in admitted) return refuse(admitted.refused, world);
  const { task } = admitted;
  const externalId = task.data['external_task_id'];
  const id =
    typeof externalId === 'string' ? taskIdOf(account, externalId) : digitsOf(world.randomId(32));
  const first = world.find(account, id);
  if (first) return answerDuplicate(first, account, world);
  if (world.countQueued(account) >= WAITING_MAX) return refuse(refusalOf(1303), world);
  return answer(renderNewTask(world.accept({ ...task, id, account })), world);
}

function answerDuplicate(first: SimulatedJob, account: string, world: World): SimulatedReply {
  const wish = DUPLICATE_ACCOUNT.exec(account)?.[1] ?? '1201';
  if (wish === 'first-task') return answer(renderNewTask(first), world);
  const message = `External_task_id ${String(first.data['external_task_id'])} already exists`;
  return refuse(refusalOf(Number(wish), message), world);
}

/** Derives Kling's id from the client's own, so that either of the two finds the task. */
const taskIdOf = (account: string, externalId: string): string =>
  digitsOf(`${account}\n${externalId}`);

const DIGITS = 18;

function digitsOf(text: string): string {
  const number = createHash('sha256').update(text).digest().readBigUInt64BE(0);
  return `8${(number % 10n ** BigInt(DIGITS - 1)).toString().padStart(DIGITS - 1, '0')}`;
}

/** Seen by several clients with real keys: 400 and 1201, where the page of codes has 404 and 1203. */
const notFound = (id: string, world: World): SimulatedReply =>
  refuse(refusalOf(1201, `Task not found by id/external id: ${id}`), world);

/** Records live as long as their files. */
const KEPT_MS = 30 * 86_400_000;

const isShown = (job: SimulatedJob, kind: Kind, now: number): boolean =>
  job.data['kind'] === kind && now - job.createdAt < KEPT_MS;

/** Finds a task by Kling's id or the client's own; under another kind it does not exist. */
function get({ call, kind, account, world }: KlingRequest): SimulatedReply {
  const asked = call.params['id'] ?? '';
  const found = [asked, taskIdOf(account, asked)].find((id) => {
    const job = world.find(account, id);
    return job && isShown(job, kind, world.now);
  });
  const job = found && world.look(account, found);
  return job ? answer(renderTask(job, world), world) : notFound(asked, world);
}

function list({ call, kind, account, world }: KlingRequest): SimulatedReply {
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
