import type { SimulatedCall, SimulatedJob, SimulatedReply, Simulation, World } from '../contract';
import { z } from 'zod';
import { googleModels } from '../../src/providers/google/models';
import type { Admission, Refusal } from '../kit/refusal';
import { parseJson } from '../kit/parse';
import { accountOfApiKey, accountOfToken } from './account';
import { admitOmni, admitVeo, type Kind } from './create';
import { invalid, refusalOf, refuse, wrong } from './refusal';
import { KEY_FILE } from './service-account';
import {
  jobIdOf,
  nameOf,
  renderEvent,
  renderInteraction,
  renderNewInteraction,
  renderOperation,
} from './task';

/**
 * The simulation of Google has its three wires, the files of the Gemini API, and a storage whose buckets hold what Vertex AI
 * puts there. No page tells these, so they are uncertain: most texts of refusals, what an account may have under way, and that
 * a self-signed token opens Vertex.
 */

/** Google's own client of November 2026 asks at `/v1`, its pages at `/v1beta`. */
const VERSIONS = ['/v1beta', '/v1'];
const MODELS = '/v1beta/models';
const MODEL_METHOD = '/v1beta/models/:method';
const OPERATION = '/v1beta/models/:model/operations/:id';
const FILE = '/v1beta/files/:file';
const PUBLISHED = '/v1/publishers/google/models/:model';
const VERTEX = '/projects/:project/locations/:location/publishers/google/models/:method';
const VERTEX_METHOD = `/v1${VERTEX}`;
const VERTEX_BETA_METHOD = `/v1beta1${VERTEX}`;
const OBJECT = '/storage/v1/b/:bucket/o/:object';

interface GoogleCall {
  call: SimulatedCall;
  account: string;
  world: World;
}
type Handler = (asked: GoogleCall) => SimulatedReply;

const API_KEY_HANDLERS: Readonly<Record<string, Handler>> = {
  ...Object.fromEntries(
    VERSIONS.flatMap((version): [string, Handler][] => [
      [`POST ${version}/interactions`, createInteraction],
      [`GET ${version}/interactions/:id`, getInteraction],
      [`POST ${version}/interactions/:id/cancel`, cancelInteraction],
    ]),
  ),
  [`GET ${MODELS}`]: () => ({ status: 200, body: { models: MODEL_LIST } }),
  [`POST ${MODEL_METHOD}`]: createOnGemini,
  [`GET ${OPERATION}`]: getOperation,
  [`GET ${FILE}`]: getFile,
};
const TOKEN_HANDLERS: Readonly<Record<string, Handler>> = {
  [`GET ${PUBLISHED}`]: ({ call }) => ({
    status: 200,
    body: { name: `publishers/google/models/${call.params['model'] ?? ''}` },
  }),
  [`POST ${VERTEX_METHOD}`]: callVertex,
  [`POST ${VERTEX_BETA_METHOD}`]: callVertex,
  [`GET ${OBJECT}`]: getObject,
};

const MODEL_LIST = Object.keys(googleModels).map((name) => ({ name: `models/${name}` }));

export const google: Simulation = {
  credentials: { apiKey: 'simulated', serviceAccount: KEY_FILE },
  options: (base) => ({
    project: 'simulated',
    storageUri: 'gs://simulated/videos',
    storageUrl: base,
  }),
  models: Object.keys(googleModels),
  routes: [...Object.keys(API_KEY_HANDLERS), ...Object.keys(TOKEN_HANDLERS)].map((entry) => {
    const [method = '', path = ''] = entry.split(' ');
    return { method, path };
  }),
  handle(call, world) {
    const name = `${call.method} ${call.route}`;
    const byKey = API_KEY_HANDLERS[name];
    const account = byKey ? accountOfApiKey(call) : accountOfToken(call, world.now);
    if (typeof account !== 'string') return refuse(account.refused);
    world.countRequest(account);
    const handler = byKey ?? TOKEN_HANDLERS[name];
    if (!handler) throw new Error(`no handler for ${name}`);
    return handler({ call, account, world });
  },
  refuse: (message) => refuse(invalid(message)),
  overload: (status) =>
    refuse(
      status === 429
        ? refusalOf('RESOURCE_EXHAUSTED', EXHAUSTED)
        : refusalOf('INTERNAL', 'An internal error has occurred. Please retry.'),
    ),
  overLimit: () => refuse(refusalOf('RESOURCE_EXHAUSTED', EXHAUSTED)),
  // Files of the Gemini API are kept for two days; an object lies in the caller's own bucket.
  linkLife: (job) => (kindOf(job) === 'vertex' ? undefined : { seconds: 2 * 86_400, from: 'end' }),
  lacks: ['queued', 'slots'],
  callback(job, world) {
    const body = renderEvent(job, world.now);
    return body === undefined ? undefined : { headers: HEADERS, body };
  },
};

const HEADERS = { 'content-type': 'application/json' };
const EXHAUSTED = 'You exceeded your current quota, please check your plan and billing details.';

function take(
  admission: Admission,
  { account, world }: GoogleCall,
  naming: { id: string; parent?: string },
): SimulatedJob | Refusal {
  if ('refused' in admission) return admission.refused;
  const { task } = admission;
  const { id, parent } = naming;
  const data = { ...task.data, ...(parent === undefined ? {} : { parent }) };
  return world.accept({ ...task, id, account, data });
}

const isRefusal = (taken: SimulatedJob | Refusal): taken is Refusal => 'status' in taken;

function createInteraction(asked: GoogleCall): SimulatedReply {
  const id = `v1_${asked.world.randomId(40)}`;
  const taken = take(admitOmni(asked.call.body), asked, { id });
  if (isRefusal(taken)) return refuse(taken);
  return { status: 200, body: renderNewInteraction(taken) };
}

/** Seen with a real key: 400, where the page of errors has 404. */
const unknownInteraction = (id: string): SimulatedReply =>
  refuse(wrong(`Invalid interaction name: ${id}`));

const kindOf = (job: SimulatedJob | undefined): Kind | undefined =>
  job?.data['kind'] as Kind | undefined; // only create.ts writes it

function getInteraction({ call, account, world }: GoogleCall): SimulatedReply {
  const id = call.params['id'] ?? '';
  const isThere = kindOf(world.find(account, id)) === 'interaction';
  const job = isThere ? world.look(account, id) : undefined;
  return job ? { status: 200, body: renderInteraction(job, world) } : unknownInteraction(id);
}

function cancelInteraction({ call, account, world }: GoogleCall): SimulatedReply {
  const id = call.params['id'] ?? '';
  const job = world.find(account, id);
  if (!job || kindOf(job) !== 'interaction') return unknownInteraction(id);
  if (job.state !== 'queued' && job.state !== 'running') {
    return refuse(wrong('The interaction is not in a state that can be cancelled.'));
  }
  world.cancel(id);
  const canceled = world.find(account, id) ?? job;
  return { status: 200, body: renderInteraction(canceled, world) };
}

/** Splits `veo-3.1-generate-preview:predictLongRunning`. */
function methodOf({ params }: SimulatedCall): { model: string; method: string } {
  const [model = '', method = ''] = (params['method'] ?? '').split(':');
  return { model, method };
}

const noMethod = (method: string): SimulatedReply =>
  refuse(refusalOf('NOT_FOUND', `Method ${method} not found.`));

function createOnGemini(asked: GoogleCall): SimulatedReply {
  const { model, method } = methodOf(asked.call);
  if (method !== 'predictLongRunning') return noMethod(method);
  const naming = { id: asked.world.randomId(12), parent: `models/${model}` };
  const taken = take(admitVeo('gemini', model, asked.call.body), asked, naming);
  return isRefusal(taken) ? refuse(taken) : { status: 200, body: { name: nameOf(taken) } };
}

function callVertex(asked: GoogleCall): SimulatedReply {
  const { call, world } = asked;
  const { model, method } = methodOf(call);
  const { project = '', location = '' } = call.params;
  const parent = `projects/${project}/locations/${location}/publishers/google/models/${model}`;
  if (method === 'fetchPredictOperation') return fetchOperation(asked, parent);
  if (method !== 'predictLongRunning') return noMethod(method);
  const id = `${world.randomId(8)}-${world.randomId(4)}-${world.randomId(4)}-${world.randomId(12)}`;
  const taken = take(admitVeo('vertex', model, call.body), asked, { id, parent });
  return isRefusal(taken) ? refuse(taken) : { status: 200, body: { name: nameOf(taken) } };
}

const noOperation = (name: string): SimulatedReply =>
  refuse(refusalOf('NOT_FOUND', `Operation ${name} not found.`));

function getOperation({ call, account, world }: GoogleCall): SimulatedReply {
  const { model = '', id = '' } = call.params;
  return showOperation(`models/${model}/operations/${id}`, { account, world });
}

const fetchSchema = z.object({ operationName: z.string() });

function fetchOperation({ call, account, world }: GoogleCall, parent: string): SimulatedReply {
  const parsed = fetchSchema.safeParse(parseJson(call.body));
  const name = parsed.data?.operationName ?? '';
  if (!name.startsWith(`${parent}/operations/`)) {
    return refuse(invalid(`Invalid operation name: ${name}`));
  }
  return showOperation(name, { account, world });
}

function showOperation(
  name: string,
  { account, world }: Pick<GoogleCall, 'account' | 'world'>,
): SimulatedReply {
  const id = name.split('/').at(-1) ?? '';
  const found = world.find(account, id);
  if (!found || kindOf(found) === 'interaction' || nameOf(found) !== name) return noOperation(name);
  const job = world.look(account, id);
  return job ? { status: 200, body: renderOperation(job, world) } : noOperation(name);
}

const fileOf = (job: SimulatedJob): SimulatedReply => ({
  status: 200,
  body: {},
  file: { id: job.id, kind: 'video' },
});

function getFile({ call, account, world }: GoogleCall): SimulatedReply {
  const [fileId = ''] = (call.params['file'] ?? '').split(':');
  const job = world.find(account, jobIdOf(fileId));
  if (job && world.mediaUrl(job, 'video') !== undefined) return fileOf(job);
  const message = 'You do not have permission to access the File or it may not exist.';
  return refuse(refusalOf('PERMISSION_DENIED', message));
}

/** A job's object is `<prefix>/<job>/sample_0.mp4`. */
function getObject({ call, account, world }: GoogleCall): SimulatedReply {
  const id = (call.params['object'] ?? '').split('/').at(-2) ?? '';
  const job = world.find(account, id);
  if (job && world.mediaUrl(job, 'video') !== undefined) return fileOf(job);
  return refuse(refusalOf('NOT_FOUND', 'No such object.'));
}
