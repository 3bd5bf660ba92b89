import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Headers } from '../../src/core/provider/exchange';
import type { SimulatedReply, Simulation, World } from '../contract';
import { answer } from './answer';
import { answerControl, CONTROL_PREFIX } from './control';
import { disturbed, undone } from './disturbed';
import type { Exchange } from './faults';
import type { GlobalFaults } from './global-faults';
import type { Jobs } from './jobs';
import type { Limits } from './limits';
import { MEDIA_PREFIX, mediaPath, serveMedia } from './media';
import { matchRoute } from './router';
import type { Studio } from './studio';

export interface ServeContext {
  jobs: Jobs;
  faults: GlobalFaults;
  limits: Limits;
  studio: Studio;
  simulations: Readonly<Record<string, Simulation>>;
  worldOf(provider: string, exchange: Exchange): World;
  /** The simulator's other origin: `http://127.0.0.1:8091`. */
  elsewhere: string;
  now: number;
  slowReplyMs: number;
  stopping: AbortSignal;
}

/** The simulator's own limit for a request. A provider that takes less refuses it itself. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;

/** Serves one request: a result file, the control endpoint or a provider's own. */
export async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  context: ServeContext,
): Promise<void> {
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://simulator');
  const method = request.method ?? 'GET';
  if (path.startsWith(MEDIA_PREFIX)) {
    await serveMedia({ request, response, path, query }, context);
    return;
  }
  const body = await readBody(request);
  if (!body) {
    response.setHeader('connection', 'close');
    sendJson(response, refuseLargeBody(path, context));
    return;
  }
  if (path.startsWith(CONTROL_PREFIX)) {
    sendJson(response, answerControl({ method, path, query, body }, context));
    return;
  }
  const file = await serveProvider(
    { method, path, query, body, headers: headersOf(request) },
    response,
    context,
  );
  if (!file) return;
  await serveMedia({ request, response, path: mediaPath(file.id, file.kind), query }, context);
}

function refuseLargeBody(path: string, context: ServeContext): SimulatedReply {
  const { name, simulation } = simulationAt(path, context);
  const message = `the body has more than ${String(BODY_BYTES_MAX)} bytes`;
  if (!simulation) return { status: 413, body: { error: message } };
  return simulation.refuse(message, context.worldOf(name, {}));
}

/** Finds the provider whose path it is: `/ark/contents/generations/tasks` is Ark's. */
function simulationAt(
  path: string,
  { simulations }: ServeContext,
): { name: string; simulation: Simulation | undefined } {
  const name = path.split('/')[1] ?? '';
  return { name, simulation: Object.hasOwn(simulations, name) ? simulations[name] : undefined };
}

interface IncomingCall {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Uint8Array;
  headers: Headers;
}

/** Answers a provider's call. Gives the file that is to be served where that is the answer. */
async function serveProvider(
  call: IncomingCall,
  response: ServerResponse,
  context: ServeContext,
): Promise<SimulatedReply['file']> {
  const { name, simulation } = simulationAt(call.path, context);
  if (!simulation) {
    const known = Object.keys(context.simulations).map((provider) => `/${provider}`);
    sendJson(response, { status: 404, body: { error: 'no such provider', providers: known } });
    return undefined;
  }
  // Not refused in the provider's shape: what answers at an address that it does not have is not the provider.
  const found = matchRoute(simulation.routes, call.method, call.path.slice(name.length + 1));
  if (typeof found === 'string') {
    const status = found === 'not-found' ? 404 : 405;
    sendJson(response, { status, body: { error: found } });
    return undefined;
  }
  const exchange: Exchange = {};
  const query = call.query.toString();
  const world = context.worldOf(name, exchange);
  const routed = { ...call, route: found.route.path, params: found.params };
  const reply = answer(simulation, routed, world);
  const act = typeof reply === 'string' ? reply : exchange.act;
  if (act === 'drop') {
    response.destroy();
    return undefined;
  }
  // Left open until the client or the simulator goes.
  if (act === 'hang') return undefined;
  if (act === 'delay') await delay(context.slowReplyMs, undefined, { signal: context.stopping });
  const disturbance = {
    overload: (status: 429 | 500) => simulation.overload(status, world, routed),
    path: query === '' ? call.path : `${call.path}?${query}`,
  };
  const sent =
    typeof reply === 'string' ? undone(reply, disturbance) : disturbed(reply, act, disturbance);
  // A file is served as it is, whatever the call for it had met.
  if (sent.file) return sent.file;
  sendJson(response, sent);
  return undefined;
}

/** Gives the headers of a request, one text for each name. */
export function headersOf(request: IncomingMessage): Headers {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** Reads the whole body; undefined past the limit. It reads on then and keeps nothing, so that the sender hears why. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Sound because no encoding is set, so the chunks are buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    else chunks.length = 0;
  }
  return bytes > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks);
}

export function sendJson(response: ServerResponse, reply: SimulatedReply): void {
  const bytes = reply.body instanceof Uint8Array ? reply.body : undefined;
  const body = bytes ?? JSON.stringify(reply.body);
  response.writeHead(reply.status, {
    ...(bytes ? {} : { 'content-type': 'application/json' }),
    ...reply.headers,
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
