import { applyCapabilities } from '../core/request/apply-capabilities';
import { deadlineSecondsOf } from '../core/job/deadline';
import type { Principal } from '../core/api/principal';
import type { ChannelRoute, RoutedModel } from '../core/catalog/catalog';
import { invalid } from '../core/errors';
import type { NativeRequest } from '../core/provider/native';
import type { FileSizes } from '../core/request/media-forms';
import type { Draft } from '../core/request/draft';
import { priceOf } from '../core/money/pricing';
import type { AppliedRequest, VideoRequest } from '../core/request/request';
import { isStorable, NOT_STORABLE } from '../core/text';
import type { AcceptDeps } from './deps';
import { checkInputUrls, resolveInputs, sizesOf, type ResolvedInput } from './inputs';
import { chooseRoutes, type RouteChoice } from './routes';

/**
 * A draft against the catalog: everything that can be wrong with it is found here, and quote and create read the same
 * price off the same applied request. Nothing is stored.
 */
export interface ResolvedRequest {
  request: VideoRequest;
  applied: AppliedRequest;
  inputs: readonly ResolvedInput[];
  /** The channels that can honour the request, in order of preference. */
  usable: readonly [RouteChoice, ...RouteChoice[]];
  callbackUrl: string | undefined;
  price: bigint;
  deadlineSeconds: number;
}

export type ResolveDeps = Pick<AcceptDeps, 'catalog' | 'outbound' | 'links' | 'limits'>;

/** A request that passed every check, with what is to be stored for it before its row. */
export interface CheckedRequest extends ResolvedRequest {
  /** Stored with the job as they came. */
  draft: Pick<Draft, 'metadata' | 'echo'>;
  /** Files are stored for it, so its price is asked for first: nobody fills the disk without points. */
  hasFiles: boolean;
  /** What goes with the caller's own body, where that is what is sent. */
  asSent?: Pick<NativeRequest, 'headers' | 'search' | 'ids'>;
  /** Stores them; called once every check has passed. Returns what is sent instead of a request of ours. */
  storeFiles(): Promise<{ native?: NativeRequest }>;
}

/**
 * Resolves a draft against the catalog; throws for what no channel can honour. `held` has the sizes of blobs that the
 * request only names.
 */
export function resolve(
  deps: ResolveDeps,
  principal: Principal,
  draft: Draft,
  held: FileSizes = new Map(),
): ResolvedRequest {
  const { entry, routes } = deps.catalog.resolve(principal, draft.request.model);
  const callbackUrl = checkedCallback(deps, draft.callbackUrl);
  checkInputUrls(deps, draft, routes);
  const inputs = resolveInputs(draft.request.inputs, deps.limits.inputBytesMax);
  const sizes = new Map([...held, ...sizesOf(inputs)]);
  const resolved = resolveOn(
    { entry, routes, request: draft.request, inputs, callbackUrl },
    (asked, { capabilities }) => applyCapabilities(asked, capabilities, draft.names, sizes),
  );
  // After the model's own limits, so that nobody's prompt of megabytes is looked through.
  checkText({ ...draft, request: resolved.request });
  return resolved;
}

/** A request whose model, callback and inputs were looked at. */
interface ReadRequest extends Pick<ResolvedRequest, 'inputs' | 'callbackUrl'> {
  entry: RoutedModel['entry'];
  routes: RoutedModel['routes'];
  request: Draft['request'];
}

/** Chooses the channels of a request and prices it; `apply` says how strictly the words of a model are taken. */
export function resolveOn(
  { entry, routes, request: written, inputs, callbackUrl }: ReadRequest,
  apply: (asked: VideoRequest, route: ChannelRoute) => AppliedRequest,
): ResolvedRequest {
  const request = { ...written, model: entry.name, inputs: inputs.map(({ input }) => input) };
  const usable = chooseRoutes(routes, (route, settled) => apply({ ...request, ...settled }, route));
  const [{ applied, capabilities }] = usable;
  return {
    request,
    applied,
    inputs,
    usable,
    callbackUrl,
    price: priceOf(entry.price),
    deadlineSeconds: deadlineSecondsOf(capabilities, applied, entry.deadlineSeconds),
  };
}

/** Refuses, by the name of the field, characters that JSON allows and no row can hold; they are never changed. */
function checkText({ request, names, metadata, echo }: Draft & { request: VideoRequest }): void {
  const spelled = new Map<string, string>(Object.entries(names));
  const named = Object.entries(request).map(([field, value]): [string, unknown] => [
    spelled.get(field) ?? field,
    value,
  ]);
  for (const [field, value] of [...named, ...Object.entries({ ...echo, metadata })]) {
    checkStorable(field, value);
  }
}

function checkStorable(field: string, value: unknown): void {
  if (isStorable(value)) return;
  throw invalid(field, NOT_STORABLE);
}

/** Checks where a callback is to go, and returns it; throws `invalid_request` by the caller's own name of the field. */
export function checkedCallback(
  deps: Pick<ResolveDeps, 'outbound'>,
  callback: Draft['callbackUrl'],
): string | undefined {
  if (!callback) return undefined;
  const checked = deps.outbound.checkCallbackUrl(callback.url);
  if (!checked.ok) throw invalid(callback.param, checked.problem);
  checkStorable(callback.param, callback.url);
  return callback.url;
}
