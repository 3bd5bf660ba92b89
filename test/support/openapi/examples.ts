import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpRoute } from '../../../src/core/api/route';
import { ROOT } from '../page';

/** What the wire files show of one route. */
export interface Shown {
  /** Bodies that are taken, by the names of their files. */
  requests: { name: string; body: unknown }[];
  replies: { name: string; status: number; headers: string[]; body: unknown }[];
}

interface WireFile {
  name: string;
  given: { error?: object };
  /** Why its request is nothing to copy, though it is taken. */
  odd?: string;
  call?: { method: string; path: string; headers?: Record<string, string>; body?: unknown };
  reply?: { status: number; headers?: Record<string, string | null>; body?: unknown };
  /** The message, of a callback. */
  means?: unknown;
}

const NOTHING: Shown = { requests: [], replies: [] };

/** Reads the wire files of an API, each with its call: `submit` before `submit-wait`, so that the plain one is first. */
export function wireFilesOf(api: string): WireFile[] {
  const folder = join(ROOT, 'src/dialects', api, 'wire');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as WireFile)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * Finds what the wire files show of a route, `/v1/videos/:id`, out of all `routes` of its API; of a route with a header of its
 * own, nothing. A body that a wire file writes as text, byte by byte, is shown as the JSON that it is.
 */
export function shownOf(
  files: readonly WireFile[],
  { method, path, when }: HttpRoute,
  routes: readonly HttpRoute[],
): Shown {
  if (when) return NOTHING;
  const pattern = new RegExp(`^${path.replaceAll(/:\w+/g, '[^/?]+')}(?:\\?|$)`);
  const others = routes.filter((one) => one.when && one.method === method && one.path === path);
  const own = files.filter(
    ({ call, reply }) =>
      call?.method === method &&
      pattern.test(call.path) &&
      !others.some((one) => one.when?.(call.headers ?? {})) &&
      reply &&
      reply.status < 400,
  );
  return {
    requests: withoutRepeats(own.flatMap(requestOf)),
    replies: own.map(({ name, reply }) => ({
      name,
      status: reply?.status ?? 0,
      headers: Object.entries(reply?.headers ?? {}).flatMap(([header, value]) =>
        value === null ? [] : [header],
      ),
      body: reply?.body,
    })),
  };
}

function requestOf({ name, odd, call }: WireFile): Shown['requests'] {
  const { body } = call ?? {};
  if (body === undefined || odd !== undefined) return [];
  return [{ name, body: typeof body === 'string' ? (JSON.parse(body) as unknown) : body }];
}

/** Keeps the first of those that say the same: many wire files differ by their answers alone. */
function withoutRepeats(requests: Shown['requests']): Shown['requests'] {
  const first = new Map(requests.toReversed().map((one) => [JSON.stringify(one.body), one]));
  return [...first.values()].toReversed();
}
