import { request } from 'undici';
import { spreadOf } from '../math/statistics';
import type { Spread } from '../math/statistics';

/** One workspace of the installation, as its callers know it. */
export interface Caller {
  api: string;
  key: string;
  /** The workspace as admins name it, and the key that may ask for its balance. */
  workspace: string;
  adminKey: string;
  model: string;
}

/** What is called, by the name it has in the report. */
const CALLS = {
  list: ['GET', '/v1/videos?limit=20'],
  balance: ['GET', '/v1/admin/workspaces/{workspace}/balance'],
  usage_summary: ['GET', '/v1/usage/summary'],
  usage_summary_by_model: ['GET', '/v1/usage/summary?groupBy=model'],
  usage_summary_of_a_model: ['GET', '/v1/usage/summary?model={model}'],
  usage_logs: ['GET', '/v1/usage/logs'],
  usage_logs_of_a_model: ['GET', '/v1/usage/logs?model={model}'],
  // The jobs that it makes run on beside whatever comes after it.
  create: ['POST', '/v1/videos'],
} as const;

/** What callers of both workspaces wait for each call. */
export type CallSpreads = Record<keyof typeof CALLS, { empty: Spread; full: Spread }>;

/** Calls everything so many times, one call after the other and each in both workspaces in turn. */
export async function timeCalls(
  { empty, full }: { empty: Caller; full: Caller },
  count: number,
): Promise<CallSpreads> {
  const entries: [string, { empty: Spread; full: Spread }][] = [];
  for (const [name, [method, path]] of Object.entries(CALLS)) {
    const took = { empty: [] as number[], full: [] as number[] };
    for (let n = 0; n < count; n += 1) {
      took.empty.push(await timed(empty, method, path));
      took.full.push(await timed(full, method, path));
    }
    entries.push([name, { empty: spreadOf(took.empty), full: spreadOf(took.full) }]);
  }
  return Object.fromEntries(entries) as CallSpreads; // one for each call
}

async function timed(caller: Caller, method: 'GET' | 'POST', path: string): Promise<number> {
  const startedAt = performance.now();
  const { model, workspace } = caller;
  const named = path.replace('{model}', model).replace('{workspace}', workspace);
  await call(caller, method, named);
  return performance.now() - startedAt;
}

/** Resolves to the answer; rejects when it is none of success. */
export async function call(caller: Caller, method: 'GET' | 'POST', path: string): Promise<unknown> {
  const { api, key, adminKey, model } = caller;
  const bearer = path.startsWith('/v1/admin/') ? adminKey : key;
  const reply = await request(`${api}${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: JSON.stringify(bodyOf(model)) } : {}),
  });
  const text = await reply.body.text();
  if (reply.statusCode > 299) throw new Error(`${path}: HTTP ${reply.statusCode}: ${text}`);
  return JSON.parse(text);
}

const bodyOf = (model: string) => ({
  model,
  prompt: 'bench [[sim seconds=1 video=shared]]',
  seconds: '5',
  size: '1280x720',
});
