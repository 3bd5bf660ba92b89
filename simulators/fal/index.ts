import type { SimulatedCall, SimulatedReply, Simulation, World } from '../contract';
import { accountOfKey } from '../kit/account';
import { HTTPS } from '../kit/https';
import { admit } from './create';
import { ENDPOINTS, endpointOf } from './endpoints';
import { KEY_SET, signedHeaders } from './keys';
import { invalid, refusalOf, refuse } from './refusal';
import { isOver, renderCallback, renderCreated, renderResult, renderStatus } from './task';

/**
 * The simulation of fal's queue. No page tells these, so they are uncertain: that an input is refused at the submit (the real
 * queue may take it in and tell with the result), the text for an unknown request, and whether a request that runs stops when
 * it is canceled; here it does.
 */

const KEYS = '/.well-known/jwks.json';
const REQUEST = '/:owner/:app/requests/:id';
/** The parts of the longest id of an endpoint, after its owner and app. */
const PARTS = ['', '/:a', '/:a/:b', '/:a/:b/:c'];

export const fal: Simulation = {
  credentials: { apiKey: 'simulated:secret' },
  options: (base) => ({ jwksUrl: `${base}${KEYS}` }),
  models: ENDPOINTS.map(({ id }) => id),
  routes: [
    ...PARTS.map((parts) => ({ method: 'POST', path: `/:owner/:app${parts}` })),
    { method: 'GET', path: `${REQUEST}/status` },
    { method: 'GET', path: REQUEST },
    { method: 'PUT', path: `${REQUEST}/cancel` },
    { method: 'GET', path: KEYS },
  ],
  handle(call, world) {
    if (call.route === KEYS) return { status: 200, body: KEY_SET };
    const key = /^Key (.+)$/.exec(call.headers['authorization'] ?? '')?.[1];
    if (key === undefined) return unknownCaller(call);
    if (!/^[^:\s]+:[^:\s]+$/.test(key)) {
      const text = "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.";
      return refuse(refusalOf(401, text));
    }
    const account = accountOfKey(key);
    world.countRequest(account);
    if (call.method === 'POST') return create(call, account, world);
    if (call.method === 'PUT') return cancel(call, account, world);
    return call.route === REQUEST ? result(call, account, world) : status(call, account, world);
  },
  refuse: (message) => refuse(invalid('prompt', message)),
  overload: (code) =>
    refuse(
      code === 429
        ? refusalOf(429, 'Too many requests')
        : refusalOf(500, 'Internal server error', 'internal_error'),
    ),
  // What is beyond an account's limit waits in the queue; only too many calls are refused.
  lacks: ['slots'],
  overLimit: () => refuse(refusalOf(429, 'Rate limit exceeded')),
  callback(job, world) {
    const message = renderCallback(job, world);
    if (message === undefined) return undefined;
    const body = JSON.stringify(message);
    return { headers: signedHeaders(job.id, body, world), body };
  },
};

function unknownCaller({ params }: SimulatedCall): SimulatedReply {
  const app = `${params['owner'] ?? ''}/${params['app'] ?? ''}`;
  return refuse(refusalOf(401, `Cannot access application '${app}'. Authentication is required.`));
}

/** Gives the address that the caller has reached this fal at; its own name where it is called without a socket. */
const originOf = ({ headers }: SimulatedCall): string =>
  headers['host'] === undefined ? 'https://queue.fal.run' : `http://${headers['host']}/fal`;

function create(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const { owner = '', app = '', a, b, c } = call.params;
  const id = [owner, app, a, b, c].filter((part) => part !== undefined).join('/');
  const endpoint = endpointOf(id);
  if (!endpoint) return refuse(refusalOf(404, `Application '${id}' not found`));
  const webhook = call.query.get('fal_webhook') ?? undefined;
  if (webhook !== undefined && !HTTPS.test(webhook)) {
    return refuse(refusalOf(400, 'fal_webhook must be an absolute HTTPS URL'));
  }
  const admitted = admit(endpoint, call.body, webhook);
  if ('refused' in admitted) return refuse(admitted.refused);
  const job = world.accept({ ...admitted.task, id: uuidOf(world), account });
  return { status: 200, body: renderCreated(job, originOf(call)) };
}

const uuidOf = (world: World): string =>
  [8, 4, 4, 4, 12].map((length) => world.randomId(length)).join('-');

function isHere({ params }: SimulatedCall, data: Readonly<Record<string, unknown>>): boolean {
  return data['app'] === `${params['owner'] ?? ''}/${params['app'] ?? ''}`;
}

const notFound = (): SimulatedReply => refuse(refusalOf(404, 'Request not found'));

/** Shows a request under its app alone: under the whole id of its endpoint it does not exist. */
function status(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const job = world.look(account, call.params['id'] ?? '');
  return job && isHere(call, job.data) ? renderStatus(job, originOf(call)) : notFound();
}

/** A client may ask for nothing but the result, until it is there: then that is its look. */
function result(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const id = call.params['id'] ?? '';
  const found = world.find(account, id);
  const job = found && isOver(found) ? found : world.look(account, id);
  return job && isHere(call, job.data) ? renderResult(job, world) : notFound();
}

function cancel(call: SimulatedCall, account: string, world: World): SimulatedReply {
  const job = world.find(account, call.params['id'] ?? '');
  if (!job || !isHere(call, job.data)) return { status: 404, body: { status: 'NOT_FOUND' } };
  if (job.state !== 'queued' && job.state !== 'running') {
    return { status: 400, body: { status: 'ALREADY_COMPLETED' } };
  }
  world.cancel(job.id);
  return { status: 202, body: { status: 'CANCELLATION_REQUESTED' } };
}
