import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FileConfigInput } from '../../src/config';

/**
 * The wire between the gateway and the simulated provider, for tests that need to hold, drop or forge one exchange of
 * one job. A job is named by `tag:<name>` in its prompt; without a rule everything passes through unchanged.
 */
export interface Wire {
  origin: string;
  /** Channel and model `wired`, beside the simulated ones. The provider's callbacks lead nowhere. */
  config: { channels: Channels; models: { wired: Model } };
  env: { REELAY_PUBLIC_URL: string };
  toward(simulator: string): void;
  bend(tag: string, rule: Rule): void;
  /** What was seen of a job so far. */
  seen(tag: string): JobRecord;
  close(): Promise<void>;
}

type Channels = NonNullable<FileConfigInput['channels']>;
type Model = NonNullable<FileConfigInput['models']>[string];

export type Rule = (exchange: WireExchange) => Promise<WireReply | 'drop'>;

export interface WireExchange {
  method: string;
  /** The number of this exchange among those of its method for this job, from 1. */
  number: number;
  path: string;
  forward(): Promise<WireReply>;
}

export interface WireReply {
  status: number;
  headers?: Record<string, string>;
  body: Buffer | string;
}

/** What crossed the wire for one job. */
export interface JobRecord {
  /** The provider's id, once it answered the POST. */
  taskId?: string;
  /** The token in the callback URL of the latest POST. */
  callbackToken?: string | undefined;
  /** Exchanges of each method, counted from the moment they arrive. */
  exchanges: Record<string, number>;
  /** Exchanges of each method that are over: the rule has run to its end. */
  answered: Record<string, number>;
}

export const wireError = (status: number, headers: Record<string, string> = {}): WireReply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify({
    error: { code: CODES[status] ?? 'InternalServiceError', message: 'as the test wants it' },
  }),
});

const CODES: Record<number, string> = { 404: 'ResourceNotFound', 429: 'ServerOverloaded' };

export async function startWire(): Promise<Wire> {
  const rules = new Map<string, Rule>();
  const tags = new Map<string, JobRecord>();
  const tagOfTask = new Map<string, string>();
  let simulator = '';
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bytesOf(request);
    const path = request.url ?? '/';
    const method = request.method ?? 'GET';
    const tag = method === 'POST' ? tagIn(body) : tagOfTask.get(path.split('/').at(-1) ?? '');
    const forward = async (): Promise<WireReply> => {
      const answer = await fetch(`${simulator}${path}`, {
        method,
        headers: headersOf(request),
        ...(body.length > 0 ? { body } : {}),
      });
      const raw = Buffer.from(await answer.arrayBuffer());
      const type = answer.headers.get('content-type') ?? 'application/octet-stream';
      const isText = type.includes('json');
      if (tag !== undefined && method === 'POST' && answer.ok) learn(tag, raw);
      return {
        status: answer.status,
        headers: { 'content-type': type },
        // Result links lead through the wire as well.
        body: isText ? raw.toString('utf8').replaceAll(simulator, origin) : raw,
      };
    };
    const seen = tag === undefined ? undefined : seenOf(tag);
    if (seen && method === 'POST') seen.callbackToken = tokenIn(body);
    const number = seen ? (seen.exchanges[method] = (seen.exchanges[method] ?? 0) + 1) : 0;
    const rule = tag === undefined ? undefined : rules.get(tag);
    const reply = rule ? await rule({ method, number, path, forward }) : await forward();
    if (seen) seen.answered[method] = (seen.answered[method] ?? 0) + 1;
    if (reply === 'drop') response.destroy();
    else response.writeHead(reply.status, reply.headers).end(reply.body);
  }

  function seenOf(tag: string): JobRecord {
    const seen = tags.get(tag) ?? { exchanges: {}, answered: {} };
    tags.set(tag, seen);
    return seen;
  }

  function learn(tag: string, reply: Buffer): void {
    const { id } = JSON.parse(reply.toString('utf8')) as { id: string };
    seenOf(tag).taskId = id;
    tagOfTask.set(id, tag);
  }

  return {
    origin,
    config: {
      channels: {
        'ark-simulated': { provider: 'ark', simulated: true },
        'ark-wired': {
          provider: 'ark',
          baseUrl: `${origin}/ark`,
          credentials: { apiKey: 'simulated' },
          resultOrigins: [origin],
        },
      },
      models: {
        wired: {
          channels: [{ channel: 'ark-wired', model: 'doubao-seedance-2-0-260128' }],
          price: { perJob: '25' },
        },
      },
    },
    // Nobody listens on port 9: a callback arrives only when a test sends it.
    env: { REELAY_PUBLIC_URL: 'http://127.0.0.1:9' },
    toward(url) {
      simulator = url;
    },
    bend: (tag, rule) => void rules.set(tag, rule),
    seen: seenOf,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const tagIn = (body: Buffer): string | undefined =>
  /tag:([\w.-]+)/.exec(body.toString('utf8'))?.[1];

const tokenIn = (body: Buffer): string | undefined =>
  /"callback_url":"[^"]*\/([0-9a-f]{32})"/.exec(body.toString('utf8'))?.[1];

function headersOf(request: IncomingMessage): Record<string, string> {
  const { authorization, 'content-type': type } = request.headers;
  return {
    ...(authorization ? { authorization } : {}),
    ...(type ? { 'content-type': type } : {}),
  };
}
