import type { Principal } from '../core/api/principal';
import type { ChannelRoute } from '../core/catalog/catalog';
import { GatewayError, invalid } from '../core/errors';
import type { CreateOptions } from '../core/job/creation';
import { peeked } from '../core/media/streams';
import { sniffMediaType } from '../core/media/sniff';
import type { Draft } from '../core/request/draft';
import type { Input } from '../core/request/request';
import { KIND_OF } from '../core/request/media-forms';
import type { AcceptDeps } from './deps';
import { checkInputUrls, checkKind, paramOf } from './inputs';
import { resolveOwnLinks } from './own-links';
import { resolve } from './resolve';

/** The files behind links among the inputs, by link. */
export type FetchedInputs = ReadonlyMap<string, { blob: string; mime: string }>;

/** Nothing had to be fetched. */
export const NOTHING_FETCHED: FetchedInputs = new Map();

type FetchDeps = Pick<
  AcceptDeps,
  'store' | 'catalog' | 'outbound' | 'links' | 'blobs' | 'waits' | 'limits' | 'now'
>;
type Fetchable = Draft &
  Partial<Pick<CreateOptions, 'idempotency'>> & { render?: CreateOptions['render'] };

/**
 * Fetches the links of which a channel of the model takes the bytes: once, through the guard, into the blob store, before
 * anything is held and outside of what creates share. Where another channel takes such an input by link alone, and cannot
 * fetch one of ours, the links stay, and the channel that wants bytes is not chosen. A repeat of an earlier request fetches
 * nothing. Throws `invalid_request` by the caller's name of the field for what cannot be fetched or is no such file.
 */
export async function fetchInputs(
  deps: FetchDeps,
  principal: Principal,
  asked: Fetchable | { native: unknown },
): Promise<FetchedInputs> {
  if ('native' in asked) return NOTHING_FETCHED;
  const { model } = asked.request;
  const wanted = wantedOf(deps, asked, deps.catalog.find(principal, model)?.routes ?? []);
  if (wanted.length === 0) return NOTHING_FETCHED;
  const { idempotency, render } = asked;
  const repeated =
    render &&
    (await deps.store.jobs.earlier(principal.workspaceId, { idempotency, render }, deps.now()));
  if (repeated) return NOTHING_FETCHED;
  const { routes } = deps.catalog.resolve(principal, model);
  checkInputUrls(deps, asked, routes);
  // All else that can be wrong is told before anybody's server is asked for anything.
  const rehearsed = withFetched(asked, standIns(wanted));
  resolve(deps, principal, await resolveOwnLinks(deps, principal, rehearsed));
  const origins = routes.flatMap(({ channel }) => (channel.simulated ? channel.resultOrigins : []));
  return fetchAll(deps, origins, wanted);
}

/**
 * Fetches a few at a time, so that one request takes no more of the machine than its share. The first that cannot be had
 * ends the others: none of them is of use any more.
 */
async function fetchAll(
  deps: FetchDeps,
  allowedOrigins: readonly string[],
  wanted: readonly Wanted[],
): Promise<FetchedInputs> {
  const failed = new AbortController();
  const left = [...wanted];
  const files = new Map<string, { blob: string; mime: string }>();
  const work = async (): Promise<void> => {
    for (let one = left.shift(); one && !failed.signal.aborted; one = left.shift()) {
      const options = { allowedOrigins, signal: failed.signal };
      files.set(one.url, await fetchOne(deps, options, one));
    }
  };
  const workers = Array.from({ length: AT_ONCE }, () =>
    work().catch((error: unknown) => {
      // Of several the first counts: the others may have failed by being ended.
      failed.abort(error);
    }),
  );
  // All of them have stopped before the caller hears of it.
  await Promise.all(workers);
  if (failed.signal.aborted) throw failed.signal.reason;
  return files;
}

const AT_ONCE = 4;

/** Makes what stands for files that are not here yet: nothing is known of them but their kind, and what is not known passes. */
const standIns = (wanted: readonly Wanted[]): FetchedInputs =>
  new Map(wanted.map(({ url, mime }) => [url, { blob: url, mime }]));

/** A link to be fetched; `param` is the field that an error about it names. */
interface Wanted {
  url: string;
  role: Input['role'];
  param: string;
  /** The most that any channel of the model takes of it. */
  bytesMax: number;
  /** A type of which a channel takes it: `image/png`. */
  mime: string;
}

/** Lists what is to be fetched, each link once. */
function wantedOf(
  { links }: FetchDeps,
  { request, names }: Pick<Draft, 'request' | 'names'>,
  routes: readonly ChannelRoute[],
): Wanted[] {
  const forms = routes.flatMap(({ capabilities }) => capabilities.media ?? []);
  const isWanted = (role: Input['role']): boolean =>
    forms.some(({ bytesOnly }) => bytesOnly?.includes(role)) &&
    !forms.some(({ linkOnly, givesLinks }) => linkOnly.includes(role) && !givesLinks);
  const found = new Map<string, Wanted>();
  for (const [index, { role, media }] of request.inputs.entries()) {
    if (!('url' in media) || !isWanted(role) || links.read(media.url)) continue;
    const own = forms.map((form) => form[`${KIND_OF[role]}s`]);
    const bytesMax = Math.max(...own.map((form) => form?.bytesMax ?? Infinity));
    const mime = own.find((form) => form)?.mimes[0] ?? `${KIND_OF[role]}/*`;
    const param = paramOf(media, index, names);
    found.set(media.url, { url: media.url, role, param, bytesMax, mime });
  }
  return [...found.values()];
}

async function fetchOne(
  { outbound, blobs, waits, limits }: FetchDeps,
  options: { allowedOrigins: readonly string[]; signal: AbortSignal },
  { url, role, param, bytesMax: formMax }: Wanted,
): Promise<{ blob: string; mime: string }> {
  const bytesMax = Math.min(formMax, limits.inputBytesMax);
  try {
    const timeoutMs = waits.inputFetchMs;
    const source = await outbound.open(url, { headers: {}, ...options, timeoutMs });
    const { start, stream } = await peeked(source.stream);
    try {
      if (source.status !== 200) throw unfetched(param, `it answers HTTP ${String(source.status)}`);
      const mime = sniffMediaType(start);
      if (mime === undefined)
        throw invalid(param, 'leads to no picture, video or sound that we know');
      checkKind(role, mime, param);
      const { id } = await blobs.put(stream, bytesMax);
      return { blob: id, mime };
    } finally {
      // Whatever is left of it is not read, and its connection is given back.
      await stream[Symbol.asyncIterator]().return?.();
    }
  } catch (error) {
    throw refusal(error, param, bytesMax);
  }
}

/** What the guard or the wire said stays in our logs: the caller is told that the file could not be had. */
function refusal(error: unknown, param: string, bytesMax: number): GatewayError {
  if (!(error instanceof GatewayError)) return unfetched(param, 'it could not be read');
  if (error.code === 'invalid_request') return error;
  if (error.code === 'payload_too_large') {
    return invalid(param, `leads to a file of more than ${String(bytesMax)} bytes`);
  }
  return unfetched(param, 'there is no answer that we may take');
}

const unfetched = (param: string, why: string): GatewayError =>
  invalid(param, `could not be fetched, and the model takes the file itself: ${why}`);

/** Puts the files in the place of their links. */
export function withFetched(draft: Draft, fetched: FetchedInputs): Draft {
  if (fetched.size === 0) return draft;
  const inputs = draft.request.inputs.map((source) => {
    const file = 'url' in source.media ? fetched.get(source.media.url) : undefined;
    return file ? { role: source.role, media: file } : source;
  });
  return { ...draft, request: { ...draft.request, inputs } };
}
