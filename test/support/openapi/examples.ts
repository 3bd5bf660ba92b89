import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../page';

/** What the wire files show of one route. */
export interface Shown {
  /** Bodies that are taken, by the names of their files. */
  requests: { name: string; body: unknown }[];
  replies: { name: string; status: number; body: unknown }[];
}

interface WireFile {
  name: string;
  given: { error?: object };
  call?: { method: string; path: string; headers?: Record<string, string>; body?: unknown };
  reply?: { status: number; body?: unknown };
}

const NOTHING: Shown = { requests: [], replies: [] };

/** Reads the wire files of an API, each with its call. */
export function wireFilesOf(api: string): WireFile[] {
  const folder = join(ROOT, 'src/dialects', api, 'wire');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as WireFile);
}

/** Finds what the wire files show of a route, `/v1/videos/:id`; of a route with a header of its own, nothing. */
export function shownOf(
  files: readonly WireFile[],
  { method, path, when }: { method: string; path: string; when?: unknown },
): Shown {
  if (when) return NOTHING;
  const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/?]+')}(?:\\?|$)`);
  const own = files.filter(
    ({ call, reply }) =>
      call?.method === method && pattern.test(call.path) && reply && reply.status < 400,
  );
  return {
    requests: own.flatMap(({ name, call }) =>
      call?.body === undefined ? [] : [{ name, body: call.body }],
    ),
    replies: own.map(({ name, reply }) => ({
      name,
      status: reply?.status ?? 0,
      body: reply?.body,
    })),
  };
}
