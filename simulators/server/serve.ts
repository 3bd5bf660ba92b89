import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Headers } from '../../src/core/provider/exchange';
import type { SimulatedReply, Simulation, World } from '../contract';
import { answerControl, CONTROL_PREFIX } from './control';
import { directiveProblem } from './control-faults';
import { UnknownDirective } from './directives';
import { Interrupted, type Exchange, type ExchangeAct } from './faults';
import type { GlobalFaults } from './global-faults';
import type { Jobs } from './jobs';
import { MEDIA_PREFIX, serveMedia } from './media';
import { matchRoute } from './router';
import type { Studio } from './studio';

export interface ServeContext {
  jobs: Jobs;
  faults: GlobalFaults;
  studio: Studio;
  simulations: Readonly<Record<string, Simulation>>;
  worldOf(provider: string, exchange: Exchange): World;
  now: number;
  slowReplyMs: number;
  stopping: AbortSignal;
}

/** Ark's limit for a request; no provider takes more. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
/** The wait that the fault `429-retry-after` asks for. */
const RETRY_AFTER_SECONDS = 2;

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
    sendJson(response, { status: 413, body: { error: `at most ${String(BODY_BYTES_MAX)} bytes` } });
    return;
  }
  if (path.startsWith(CONTROL_PREFIX)) {
    sendJson(response, answerControl({ method, path, query, body }, context));
    return;
  }
  await serveProvider(
    { method, path, query, body, headers: headersOf(request) },
    response,
    context,
  );
}

interface IncomingCall {
  method: string;
  path: string;
  query: URLSearchParams;
  body: Uint8Array;
  headers: Headers;
}

async function serveProvider(
  call: IncomingCall,
  response: ServerResponse,
  context: ServeContext,
): Promise<void> {
  const name = call.path.split('/')[1] ?? '';
  const simulation = Object.hasOwn(context.simulations, name)
    ? context.simulations[name]
    : undefined;
  if (!simulation) {
    const known = Object.keys(context.simulations).map((provider) => `/${provider}`);
    sendJson(response, { status: 404, body: { error: 'no such provider', providers: known } });
    return;
  }
  const found = matchRoute(simulation.routes, call.method, call.path.slice(name.length + 1));
  if (typeof found === 'string') {
    const status = found === 'not-found' ? 404 : 405;
    sendJson(response, { status, body: { error: found } });
    return;
  }
  const exchange: Exchange = {};
  const world = context.worldOf(name, exchange);
  const routed = { ...call, route: found.route.path, params: found.params };
  const reply = handle(simulation, routed, world);
  const act = typeof reply === 'string' ? reply : exchange.act;
  if (act === 'drop') {
    response.destroy();
    return;
  }
  // Left open until the client or the simulator goes.
  if (act === 'hang') return;
  if (act === 'delay') await delay(context.slowReplyMs, undefined, { signal: context.stopping });
  if (typeof reply !== 'string') sendJson(response, act === 'empty' ? emptied(reply) : reply);
  else sendFault(response, reply, { simulation, world });
}

const emptied = (reply: SimulatedReply): SimulatedReply => ({
  ...reply,
  headers: { 'content-type': 'application/json', ...reply.headers },
  body: new Uint8Array(),
});

const HTML =
  '<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>\n';

function sendFault(
  response: ServerResponse,
  act: ExchangeAct,
  { simulation, world }: { simulation: Simulation; world: World },
): void {
  switch (act) {
    case '429':
      sendJson(response, simulation.overload(429, world));
      return;
    case '429-retry-after':
      response.setHeader('retry-after', RETRY_AFTER_SECONDS);
      sendJson(response, simulation.overload(429, world));
      return;
    case '500':
      sendJson(response, simulation.overload(500, world));
      return;
    case 'html':
      response.writeHead(502, { 'content-type': 'text/html' });
      response.end(HTML);
      return;
    default:
      throw new Error(`${act} does not strike before the work`);
  }
}

/** Gives the provider's reply, or the name of the fault that struck before there was one. */
function handle(
  simulation: Simulation,
  call: IncomingCall & { route: string; params: Record<string, string> },
  world: World,
): SimulatedReply | ExchangeAct {
  try {
    return simulation.handle(call, world);
  } catch (error) {
    if (error instanceof Interrupted) return error.act;
    if (error instanceof UnknownDirective) return directiveProblem(error.message);
    throw error;
  }
}

function headersOf(request: IncomingMessage): Headers {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
    ),
  );
}

/** Reads the whole body; undefined past the limit. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Sound because no encoding is set, so the chunks are buffers.
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
