import { createHash } from 'node:crypto';
import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { CODES } from '../../src/providers/kling/codes';
import { KINDS, type Kind } from '../../src/providers/kling/schema';
import type { Refusal } from './body';
import { admit } from './create';
import { renderCallback, renderNewTask, renderTask } from './task';
import { accountOf, secretOf } from './token';

/**
 * The simulation of Kling has the four kinds that the adapter speaks. No page tells these, so they are uncertain: the
 * answer to a second `external_task_id` (a setting), how many tasks a pack runs at once, and the texts.
 */
export interface KlingSettings {
  /** What a second submit with an `external_task_id` gets: this code, or the task of the first. */
  duplicate: number | 'first task';
}

const TASKS = '/v1/videos/:kind';
const TASK = '/v1/videos/:kind/:id';
const ACCESS_KEY = 'simulated-access-key';

export function createSimulation(settings: KlingSettings = { duplicate: 1201 }): Simulation {
  return {
    credentials: { accessKey: ACCESS_KEY, secretKey: secretOf(ACCESS_KEY) },
    routes: [
      { method: 'POST', path: TASKS },
      { method: 'GET', path: TASKS },
      { method: 'GET', path: TASK },
    ],
    handle(call, world) {
      const who = accountOf(call.headers, world.now);
      if ('code' in who) return refuse(who, world);
      const kind = KINDS.find((known) => known === call.params['kind']);
      if (!kind) return refuse({ code: 1202 }, world);
      const request: KlingRequest = { call, kind, account: who.account, world };
      switch (`${call.method} ${call.route}`) {
        case `POST ${TASKS}`:
          return create(request, settings);
        case `GET ${TASKS}`:
          return list(request);
        case `GET ${TASK}`:
          return get(request);
        default:
          throw new Error(`no handler for ${call.method} ${call.route}`);
      }
    },
    overload: (status, world) => refuse({ code: status === 429 ? 1303 : 5000 }, world),
    callback: (job, world) => ({
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(renderCallback(job, world)),
    }),
  };
}

export const kling = createSimulation();

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

function refuse({ code, message }: Refusal, world: World): SimulatedReply {
  const { status, text } = CODES[code] ?? { status: 500, text: 'Unknown error' };
  return {
    status,
    body: { code, message: message ?? text, request_id: world.randomId(32) },
  };
}

/** Tasks one account may have waiting. */
const WAITING_MAX = 100;

/** An account whose every submit is refused with that code, so that each can be met: `refused-1102`. */
const REFUSED_ACCOUNT = /^refused-(\d{4})$/;

function create(
  { call, kind, account, world }: KlingRequest,
  settings: KlingSettings,
): SimulatedReply {
  const code = Number(REFUSED_ACCOUNT.exec(account)?.[1]);
  if (code in CODES) return refuse({ code }, world);
  const admitted = admit(kind, call.body);
  if ('refused' in admitted) return refuse(admitted.refused, world);
  const { task } = admitted;
  const externalId = task.data['external_task_id'];
  const id =
    typeof externalId === 'string' ? taskIdOf(account, externalId) : digitsOf(world.randomId(32));
  const first = world.find(account, id);
  if (first && settings.duplicate === 'first task') return answer(renderNewTask(first), world);
  if (first && typeof settings.duplicate === 'number') {
    const message = `external_task_id ${String(externalId)} already exists`;
    return refuse({ code: settings.duplicate, message }, world);
  }
  if (world.countQueued(account) >= WAITING_MAX) return refuse({ code: 1303 }, world);
  return answer(renderNewTask(world.accept({ ...task, id, account })), world);
}

/** Derives Kling's id from the client's own, so that either of the two finds the task. */
const taskIdOf = (account: string, externalId: string): string =>
  digitsOf(`${account}\n${externalId}`);

const DIGITS = 18;

function digitsOf(text: string): string {
  const number = createHash('sha256').update(text).digest().readBigUInt64BE(0);
  return `8${(number % 10n ** BigInt(DIGITS - 1)).toString().padStart(DIGITS - 1, '0')}`;
}

const notFound = (id: string, world: World): SimulatedReply =>
  refuse({ code: 1203, message: `task ${id} is not found` }, world);

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
  if (!page) return refuse({ code: 1201, message: 'pageNum is invalid' }, world);
  if (!size) return refuse({ code: 1201, message: 'pageSize is invalid' }, world);
  const shown = world.list(account).filter((job) => isShown(job, kind, world.now));
  const jobs = shown.slice((page - 1) * size, page * size);
  return answer(
    jobs.map((job) => renderTask(job, world)),
    world,
  );
}

function wholeNumber(text: string, max: number): number | undefined {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= max ? number : undefined;
}
