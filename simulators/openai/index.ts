import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { openaiModels } from '../../src/providers/openai/models';
import { wholeNumber } from '../kit/parse';
import { admit, IS_REELAY, MODEL } from './create';
import { costHeaders, litellmId, recordId } from './litellm';
import { invalid, NO_KEY, notFound, refuse } from './refusal';
import { accountOf, idOf, mannersOf, MANNERS, serverOf } from './servers';
import { renderVideo, showVideo } from './task';

/**
 * The simulation of the OpenAI Videos API and of the servers that speak it (`servers.ts`). No page tells these, so they are
 * uncertain: the status of a DELETE that is refused, the codes of a failed job, and the texts.
 */

const VIDEOS = '/videos';
const VIDEO = '/videos/:id';
const CONTENT = '/videos/:id/content';
const LIST_OF_MODELS = '/models';
/** The create of LocalAI, which holds it. */
const HELD = '/video';

export const openai: Simulation = {
  credentials: { apiKey: 'simulated' },
  models: Object.keys(openaiModels),
  routes: [
    { method: 'POST', path: VIDEOS },
    { method: 'POST', path: HELD },
    { method: 'GET', path: VIDEOS },
    { method: 'GET', path: VIDEO },
    { method: 'DELETE', path: VIDEO },
    { method: 'GET', path: CONTENT },
    { method: 'GET', path: LIST_OF_MODELS },
  ],
  handle(call, world) {
    const key = /^Bearer (\S+)$/.exec(call.headers['authorization'] ?? '')?.[1];
    if (key === undefined) return refuse(NO_KEY);
    const account = accountOf(key);
    world.countRequest(account);
    switch (`${call.method} ${call.route}`) {
      case `POST ${VIDEOS}`:
        return create(call, account, world);
      case `POST ${HELD}`:
        return createHeld(call, account, world);
      case `GET ${VIDEOS}`:
        return list(call, account, world);
      case `GET ${VIDEO}`:
        return get(call, account, world);
      case `DELETE ${VIDEO}`:
        return remove(call, account, world);
      case `GET ${CONTENT}`:
        return content(call, account, world);
      case `GET ${LIST_OF_MODELS}`:
        return { status: 200, body: { object: 'list', data: MODELS } };
      default:
        throw new Error(`no handler for ${call.method} ${call.route}`);
    }
  },
  refuse: (message) => refuse({ status: 400, code: 'invalid_request', message, param: 'prompt' }),
  overload: (status) =>
    status === 429
      ? refuse(RATE_LIMIT)
      : refuse({
          status,
          code: '',
          message: 'The server had an error while processing your request.',
        }),
  overLimit: () => refuse(RATE_LIMIT),
  lacks: ['slots', 'links'],
  reportsUsage: false,
};

const RATE_LIMIT = {
  status: 429,
  code: 'rate_limit_exceeded',
  message: 'Rate limit reached for requests. Please try again later.',
};

const MODELS = Object.keys(openaiModels).map((id) => ({
  id,
  object: 'model',
  created: 1_759_276_800,
  owned_by: 'simulator',
}));

function create(call: SimulatedCall, account: string, world: World): SimulatedReply {
  if (MANNERS[serverOf(account)].holds) return createHeld(call, account, world);
  const admitted = admit(call, account);
  if ('refused' in admitted) return refuse(admitted.refused, account);
  const first = firstOf(call, account, world);
  if (first) return { status: 200, body: renderVideo(first, world) };
  const id = idOf(account, world.randomId(32));
  const { task } = admitted;
  const data = { ...task.data, [KEY]: call.headers['idempotency-key'] };
  const job = world.accept({ ...task, data, id, account });
  return created(job, account, world);
}

function created(job: SimulatedJob, account: string, world: World): SimulatedReply {
  const status = MANNERS[serverOf(account)].createdStatus ?? 200;
  const body = renderVideo(job, world);
  if (serverOf(account) !== 'litellm') return { status, body };
  const model = String(job.data[MODEL]);
  const usage = { duration_seconds: job.seconds };
  return {
    status,
    headers: costHeaders(model, job.seconds),
    body: { ...body, id: litellmId(job, model), usage },
  };
}

/** Steers a job so that it is made while its create is answered. */
const AT_ONCE = ' [[sim seconds=0.001 queued=0]]';

/** Makes the video at once and answers with the link to it: LocalAI without a status, Dynamo with one. */
function createHeld(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const admitted = admit(call, account);
  if ('refused' in admitted) return refuse(admitted.refused, account);
  const { task } = admitted;
  const prompt = `${task.prompt}${AT_ONCE}`;
  const job = world.accept({ ...task, prompt, id: idOf(account, world.randomId(32)), account });
  const data = [{ url: world.mediaUrl(job, 'video') }];
  const created = Math.floor(world.now / 1_000);
  const status = call.route === HELD ? {} : { object: 'video', status: 'completed', progress: 100 };
  return { status: 200, body: { id: job.id, created, ...status, data } };
}

/** The key of a job's data for the idempotency key that its create had. */
const KEY = 'idempotency key';

/** A gateway of this kind answers a second create under one key with the first one's job; nobody else knows such keys. */
function firstOf(call: SimulatedCall, account: string, world: World): SimulatedJob | undefined {
  const key = call.headers['idempotency-key'];
  if (key === undefined) return undefined;
  return world.all(account).find(({ data }) => data[IS_REELAY] === true && data[KEY] === key);
}

function missing(id: string, account: string): SimulatedReply {
  switch (serverOf(account)) {
    case 'newapi':
      return refuse({ status: 400, code: 'task_not_exist', message: 'task_not_exist' }, account);
    case 'vllm':
    case 'sglang':
      return refuse({ status: 404, code: '', message: 'Video not found' }, account);
    default:
      return refuse(notFound(id), account);
  }
}

function get({ params }: SimulatedCall, account: string, world: World): SimulatedReply {
  const id = recordId(account, params['id'] ?? '');
  const job = world.look(account, id);
  return job ? showVideo(job, world) : missing(id, account);
}

const goesOn = ({ state }: SimulatedJob): boolean => state === 'queued' || state === 'running';

function remove(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const id = recordId(account, call.params['id'] ?? '');
  const { deletes } = MANNERS[serverOf(account)];
  if (deletes === 'no-route') {
    return refuse({ status: 404, code: '', message: `Invalid URL (DELETE /v1/videos/${id})` });
  }
  if (deletes === 'no-method') {
    return { status: 405, headers: { allow: 'GET' }, body: { detail: 'Method Not Allowed' } };
  }
  const job = world.find(account, id);
  if (!job) return missing(id, account);
  const deleted = { id, object: 'video.deleted', deleted: true };
  if (goesOn(job) && job.data[IS_REELAY] === true) {
    world.cancel(id);
    return { status: 200, body: { ...deleted, deleted: false } };
  }
  if (goesOn(job) && deletes === 'refuses') {
    const message = 'A video can be deleted once it is completed or failed.';
    return refuse({ status: 409, code: 'conflict', message }, account);
  }
  world.remove(id);
  switch (serverOf(account)) {
    case 'sglang':
      return { status: 200, body: { ...renderVideo(job, world), status: 'deleted' } };
    case 'tensorrt':
      return { status: 200, body: { deleted: true } };
    default:
      return { status: 200, body: deleted };
  }
}

/** Serves the file itself, to whoever has the key. */
function content(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const id = recordId(account, call.params['id'] ?? '');
  const job = world.find(account, id);
  if (!job) return missing(id, account);
  const variant = call.query.get('variant') ?? 'video';
  if (variant !== 'video') return refuse(invalid('variant', `there is no ${variant}`), account);
  if (goesOn(job)) {
    return refuse({ status: 404, code: '', message: 'Video is still in progress.' }, account);
  }
  const hasFile = job.state === 'succeeded' && world.mediaUrl(job, 'video') !== undefined;
  if (!hasFile) {
    const status = mannersOf(job).failsLooks ? 422 : 404;
    return refuse({ status, code: '', message: 'Video has no content.' }, account);
  }
  return { status: 200, body: null, file: { id, kind: 'video' } };
}

function list(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const { query } = call;
  const limit = query.get('limit') === '0' ? 0 : wholeNumber(query.get('limit') ?? '20', 100);
  if (limit === undefined) return refuse(invalid('limit', 'must lie between 0 and 100'), account);
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') return refuse(invalid('order', order), account);
  const jobs = world.list(account);
  const all = order === 'desc' ? jobs : jobs.reverse();
  const after = query.get('after');
  const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
  const data = all.slice(start, start + limit).map((job) => renderVideo(job, world));
  return {
    status: 200,
    body: {
      object: 'list',
      data,
      has_more: all.length > start + limit,
      first_id: data[0]?.['id'] ?? null,
      last_id: data.at(-1)?.['id'] ?? null,
    },
  };
}
