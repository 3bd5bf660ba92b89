import { kling } from '../../src/providers/kling';
import { secretOf } from '../../simulators/kling/token';
import { json, MODEL, type Upstream } from './simulator';

/** A vendor's own client, as far as a test of the wire needs one: how each asks and what it reads. */
export interface VendorClient {
  create(prompt: string): Promise<Response>;
  /** Creates a job and gives its id. */
  submit(prompt: string): Promise<string>;
  look(id: string): Promise<Response>;
  /** What a look shows, in no vendor's words: undefined = the reply has no such field. */
  read(body: Record<string, unknown>): LookFields;
  /** True for this vendor's own "there is no such task". */
  saysUnknown(status: number, body: Record<string, unknown>): boolean;
  /** A finished job in this vendor's word. */
  done: string;
}

/** The fields of a look's reply, whatever the vendor calls them. */
export interface LookFields {
  word: unknown;
  link: unknown;
  usage: unknown;
}

export function arkClient(upstream: Upstream): VendorClient {
  return {
    create: (prompt) =>
      upstream.create({ model: MODEL, content: [{ type: 'text', text: prompt }], ratio: '16:9' }),
    submit: (prompt) => upstream.submit(prompt),
    look: (id) => upstream.call('GET', `/${id}`),
    read: (task) => ({
      word: task['status'],
      link: at(task, 'content', 'video_url'),
      usage: at(task, 'usage', 'completion_tokens'),
    }),
    saysUnknown: (status, body) =>
      status === 404 && at(body, 'error', 'code') === 'ResourceNotFound',
    done: 'succeeded',
  };
}

export function klingClient(upstream: Upstream, now: () => number): VendorClient {
  const credentials = { accessKey: 'a-key', secretKey: secretOf('a-key') };
  const ask = (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Response> => {
    const target = { path: `/v1/videos/text2video${path}` };
    const { headers } = kling.authorize({ method, target, headers: {} }, credentials, now());
    return fetch(`${upstream.baseUrlOf('kling')}${target.path}`, {
      method,
      headers: { ...headers, connection: 'close', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  };
  const create = (prompt: string): Promise<Response> =>
    ask('POST', '', { model_name: 'kling-v1', prompt, duration: '5' });
  return {
    create,
    submit: async (prompt) => String(at(await json(await create(prompt)), 'data', 'task_id')),
    look: (id) => ask('GET', `/${id}`),
    read: (body) => ({
      word: at(body, 'data', 'task_status'),
      link: at(body, 'data', 'task_result', 'videos', '0', 'url'),
      usage: at(body, 'data', 'final_unit_deduction'),
    }),
    saysUnknown: (_, body) => body['code'] === 1203,
    done: 'succeed',
  };
}

function at(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
}
