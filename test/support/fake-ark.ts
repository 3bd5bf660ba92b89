import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FileConfigInput } from '../../src/config';

/**
 * An upstream that speaks Ark and says whatever a test wants: what each look at a job answers, and what its result link
 * leads to. A job is named by `tag:<name>` in its prompt.
 */
export interface FakeArk {
  origin: string;
  /** `fake`, and `bare` without result origins beside its base URL. */
  channels: NonNullable<FileConfigInput['channels']>;
  /** The one model, on the channel `fake`. */
  model: NonNullable<FileConfigInput['models']>[string];
  script(tag: string, script: Script): void;
  seen(tag: string): TaskRecord;
  close(): Promise<void>;
}

export interface FakeReply {
  status?: number;
  headers?: Record<string, string>;
  /** JSON unless it is text or bytes. */
  body?: unknown;
}

export interface Script {
  /** What the POST answers; absent: a fresh task id. 'drop' = it takes the job and its answer is lost. */
  submit?: (taskId: string) => FakeReply | 'drop';
  /** What look number 1, 2, ... is answered. */
  look: (number: number, taskId: string) => FakeReply;
  /** What the link of `taskOf` leads to. */
  result?: (request: IncomingMessage) => FakeReply;
}

/** What the fake saw of one task: the calls that it answered, by kind. */
export interface TaskRecord {
  taskId: string;
  callbackToken: string | undefined;
  posts: number;
  looks: number;
  results: number;
  /** What each call named as the id of its caller's request, with its method: `POST cat-7`. */
  requestIds: string[];
}

/** A task as Ark shows it; `video_url` leads to the script's `result`. */
export const taskOf = (
  ark: Pick<FakeArk, 'origin'>,
  taskId: string,
  change: Record<string, unknown> = {},
): FakeReply => ({
  body: {
    id: taskId,
    model: 'doubao-seedance-2-0-260128',
    status: 'succeeded',
    content: { video_url: `${ark.origin}/files/${taskId}.mp4` },
    usage: { completion_tokens: 108_900, total_tokens: 108_900 },
    ...change,
  },
});

export const running = (taskId: string): FakeReply => ({ body: { id: taskId, status: 'running' } });

export const arkError = (status: number, code: string): FakeReply => ({
  status,
  body: { error: { code, message: 'as the test wants it', param: '', type: 'Error' } },
});

export async function startFakeArk(): Promise<FakeArk> {
  const scripts = new Map<string, Script>();
  const seen = new Map<string, TaskRecord>();
  const tagOfTask = new Map<string, string>();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seenOf = (tag: string): TaskRecord => {
    const known = seen.get(tag) ?? {
      taskId: '',
      callbackToken: undefined,
      posts: 0,
      looks: 0,
      results: 0,
      requestIds: [],
    };
    seen.set(tag, known);
    return known;
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request);
    const path = (request.url ?? '').split('?')[0] ?? '';
    const taskId = path.split('/').at(-1)?.replace('.mp4', '') ?? '';
    const tag = /tag:([\w-]+)/.exec(text)?.[1] ?? tagOfTask.get(taskId) ?? '';
    const script = scripts.get(tag);
    const known = seenOf(tag);
    const requestId = request.headers['x-client-request-id'];
    known.requestIds.push(`${request.method ?? ''} ${String(requestId)}`);
    if (!script) answer(response, arkError(404, 'ResourceNotFound'));
    else if (request.method === 'POST') {
      const id = `cgt-${tag}-${(known.posts += 1)}`;
      tagOfTask.set(id, tag);
      known.taskId = id;
      known.callbackToken = /"callback_url":"[^"]*\/([0-9a-f]{32})"/.exec(text)?.[1];
      answer(response, script.submit?.(id) ?? { body: { id } });
    } else if (path.startsWith('/files/')) {
      known.results += 1;
      answer(response, script.result?.(request) ?? { status: 404 });
    } else answer(response, script.look((known.looks += 1), taskId));
  }

  const channel = {
    provider: 'ark',
    baseUrl: `${origin}/api/v3`,
    credentials: { apiKey: 'a-key' },
  };
  return {
    origin,
    channels: {
      fake: { ...channel, resultOrigins: [origin] },
      bare: channel,
    },
    model: {
      channels: [{ channel: 'fake', model: 'doubao-seedance-2-0-260128' }],
      price: { perJob: '25' },
    },
    script: (tag, script) => void scripts.set(tag, script),
    seen: seenOf,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(response: ServerResponse, reply: FakeReply | 'drop'): void {
  if (reply === 'drop') {
    response.destroy();
    return;
  }
  const { status = 200, headers = {}, body = '' } = reply;
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const type = isRaw ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...type, ...headers }).end(isRaw ? body : JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
