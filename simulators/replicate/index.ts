import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { webhookSignature } from '../../src/providers/kit';
import { accountOfKey } from '../kit/account';
import { MODEL_NAMES } from './body';
import { admit } from './create';
import { refusalOf, refuse, invalid } from './refusal';
import { isOver, renderPrediction } from './task';

/**
 * The simulation of Replicate. No page tells these, so they are uncertain: what a prediction that waits is called when it is
 * canceled (`canceled` here), and whether a look at nobody's prediction has a title.
 */

const WEBHOOK_SECRET = `whsec_${Buffer.from('a-secret-of-the-simulator').toString('base64')}`;

const ALL = '/predictions';
const ONE = '/predictions/:id';
const CANCEL = '/predictions/:id/cancel';
const OF_MODEL = '/models/:owner/:name/predictions';
const ACCOUNT = '/account';
const SECRET = '/webhooks/default/secret';

/** Predictions on a page of the list. */
const PAGE_SIZE = 100;

export const replicate: Simulation = {
  credentials: { apiToken: 'simulated', webhookSecret: WEBHOOK_SECRET },
  models: MODEL_NAMES,
  routes: [
    { method: 'POST', path: ALL },
    { method: 'GET', path: ALL },
    { method: 'GET', path: ONE },
    { method: 'POST', path: CANCEL },
    { method: 'POST', path: OF_MODEL },
    { method: 'GET', path: ACCOUNT },
    { method: 'GET', path: SECRET },
  ],
  handle(call, world) {
    const token = /^(?:Bearer|Token) (\S+)$/.exec(call.headers['authorization'] ?? '')?.[1];
    if (token === undefined) {
      const text = 'You did not pass an authentication token';
      return refuse(refusalOf(401, 'Unauthenticated', text));
    }
    const account = accountOfKey(token);
    world.countRequest(account);
    switch (`${call.method} ${call.route}`) {
      case `POST ${ALL}`:
      case `POST ${OF_MODEL}`:
        return create(call, account, world);
      case `GET ${ALL}`:
        return list(call, account, world);
      case `GET ${ONE}`:
        return get(call, account, world);
      case `POST ${CANCEL}`:
        return cancel(call, account, world);
      case `GET ${ACCOUNT}`:
        return { status: 200, body: { type: 'user', username: account, name: account } };
      default:
        return { status: 200, body: { key: WEBHOOK_SECRET } };
    }
  },
  refuse: (message) => refuse(invalid('prompt', message)),
  overload: (status) =>
    refuse(
      status === 429
        ? throttled()
        : refusalOf(500, 'Internal Server Error', 'An unexpected error occurred.'),
    ),
  // Of jobs at once it tells no limit: predictions wait.
  linkLife: () => ({ seconds: 3_600, from: 'end' }),
  lacks: ['slots'],
  overLimit: () => refuse(throttled()),
  callback(job, world) {
    if (!wantsToHear(job)) return undefined;
    const body = JSON.stringify(renderPrediction(job, 'https://api.replicate.com/v1', world));
    const [id, timestamp] = [`msg_${world.randomId(24)}`, String(Math.floor(world.now / 1_000))];
    return {
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': webhookSignature({ id, timestamp, body }, WEBHOOK_SECRET),
      },
      body,
    };
  },
};

const throttled = () =>
  refusalOf(429, 'Request was throttled', 'Request was throttled. Your rate limit resets in ~1s.');

/** A start and an end are told of, where the filter names them; without a filter both are. */
function wantsToHear(job: SimulatedJob): boolean {
  const { events } = job.data;
  if (!Array.isArray(events)) return true;
  return events.includes(isOver(job) ? 'completed' : 'start');
}

/** Gives the address that the caller has reached this Replicate at; its own where it is called without a socket. */
const originOf = ({ headers }: SimulatedCall): string =>
  headers['host'] === undefined
    ? 'https://api.replicate.com/v1'
    : `http://${headers['host']}/replicate`;

const TIME = /^(?=\d)(?:\d+h)?(?:\d+m)?(?:\d+s)?$/;

function create(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const { owner, name } = call.params;
  const after = call.headers['cancel-after'];
  if (after !== undefined && !TIME.test(after)) {
    return refuse(refusalOf(400, 'Bad Request', 'Cancel-After is not a duration'));
  }
  const named = owner === undefined ? undefined : `${owner}/${name ?? ''}`;
  const admitted = admit(named, call.body);
  if ('refused' in admitted) return refuse(admitted.refused);
  const job = world.accept({ ...admitted.task, id: world.randomId(26), account });
  // Nothing is begun when it is answered: its own client takes any other word than `starting` for an end.
  return {
    status: 201,
    body: renderPrediction({ ...job, state: 'queued' }, originOf(call), world),
  };
}

const notFound = (): SimulatedReply =>
  refuse(refusalOf(404, 'Not found', 'The requested resource could not be found.'));

function get(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const job = world.look(account, call.params['id'] ?? '');
  if (!job) return notFound();
  return { status: 200, body: renderPrediction(job, originOf(call), world) };
}

function cancel(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const id = call.params['id'] ?? '';
  const job = world.find(account, id);
  if (!job) return notFound();
  if (!isOver(job)) world.cancel(id);
  return {
    status: 200,
    body: renderPrediction(world.find(account, id) ?? job, originOf(call), world),
  };
}

/** Lists the newest; the cursor of the next page is an index here, where the real one tells nobody what it is. */
function list(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const from = Number(/^\d{1,6}$/.exec(call.query.get('cursor') ?? '0')?.[0] ?? 0);
  const all = world.list(account);
  const results = all.slice(from, from + PAGE_SIZE);
  const next = from + PAGE_SIZE;
  return {
    status: 200,
    body: {
      previous: null,
      next: next < all.length ? `${originOf(call)}${ALL}?cursor=${String(next)}` : null,
      results: results.map((job) => renderPrediction(job, originOf(call), world)),
    },
  };
}
