import { applyCapabilities } from '../core/request/apply-capabilities';
import { deadlineSecondsOf } from '../core/job/deadline';
import type { Principal } from '../core/api/principal';
import type { ChannelRoute, RoutedModel } from '../core/catalog/catalog';
import { askedFor } from '../core/catalog/price-of';
import type { AskedPrice } from '../core/catalog/price-of';
import { GatewayError, invalid } from '../core/errors';
import type { NativeRequest } from '../core/provider/native';
import type { KnownFiles } from '../core/request/media-forms';
import type { Draft } from '../core/request/draft';
import type { JobPricing } from '../core/money/charge';
import { inWords } from '../core/money/offered-videos';
import { pricedVideo } from '../core/money/priced-video';
import { price as priceOf } from '../core/money/terms';
import type { AppliedRequest, VideoRequest } from '../core/request/request';
import { isStorable, NOT_STORABLE } from '../core/text';
import type { AcceptDeps } from './deps';
import { checkInputUrls, filesOf, resolveInputs, type ResolvedInput } from './inputs';
import { chooseRoutes, withCosts, type RouteChoice } from './routes';

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
  /** Micro-points: the hold, and the bill unless the provider reports another use. */
  price: bigint;
  pricing: JobPricing;
  deadlineSeconds: number;
}

export type ResolveDeps = Pick<AcceptDeps, 'catalog' | 'outbound' | 'links'> & {
  limits: Pick<AcceptDeps['limits'], 'inputBytesMax'>;
};

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
 * Resolves a draft against the catalog; throws for what no channel can honour. `held` tells of the blobs that the
 * request only names.
 */
export function resolve(
  deps: ResolveDeps,
  principal: Principal,
  draft: Draft,
  held: KnownFiles = new Map(),
): ResolvedRequest {
  const { entry, routes } = deps.catalog.resolve(principal, draft.request.model);
  const asked = { group: principal.group, rules: deps.catalog.priceRules() };
  const callbackUrl = checkedCallback(deps, draft.callbackUrl);
  checkInputUrls(deps, draft, routes);
  const inputs = resolveInputs(draft.request.inputs, deps.limits.inputBytesMax);
  const files = new Map([...held, ...filesOf(inputs)]);
  const resolved = resolveOn(
    { entry, routes, request: draft.request, inputs, callbackUrl, ...asked },
    (asked, { capabilities }) => applyCapabilities(asked, capabilities, draft.names, files),
  );
  // After the model's own limits, so that nobody's prompt of megabytes is looked through.
  checkText({ ...draft, request: resolved.request });
  return resolved;
}

/** A request whose model, callback and inputs were looked at. */
interface ReadRequest
  extends Pick<ResolvedRequest, 'inputs' | 'callbackUrl'>, Pick<AskedPrice, 'group' | 'rules'> {
  entry: RoutedModel['entry'];
  routes: RoutedModel['routes'];
  request: Draft['request'];
}

/** Chooses the channels of a request and prices it; `apply` says how strictly the words of a model are taken. */
export function resolveOn(
  { entry, routes, request: written, inputs, callbackUrl, group, rules }: ReadRequest,
  apply: (asked: VideoRequest, route: ChannelRoute) => AppliedRequest,
): ResolvedRequest {
  const request = { ...written, model: entry.name, inputs: inputs.map(({ input }) => input) };
  const choices = chooseRoutes(routes, (route, settled) =>
    apply({ ...request, ...settled }, route),
  );
  const usable = withCosts(choices, rules);
  const [{ applied, capabilities }] = usable;
  return {
    request,
    applied,
    inputs,
    usable,
    callbackUrl,
    ...pricesOf(usable, { price: entry.price, group, rules }),
    deadlineSeconds: deadlineSecondsOf(capabilities, applied, entry.deadlineSeconds),
  };
}

/**
 * Prices the request by its first choice, for whichever channel makes it: they make the same video, and a caller is told
 * one price before anybody knows who will.
 */
function pricesOf(
  [{ applied, capabilities, ...route }]: ResolvedRequest['usable'],
  asked: AskedPrice,
): Pick<ResolvedRequest, 'price' | 'pricing'> {
  const video = pricedVideo(applied, capabilities);
  const frozen = askedFor(route, video, asked);
  const points = frozen && priceOf(frozen.terms, frozen.used).points;
  if (!frozen || points === undefined) {
    throw new GatewayError('invalid_request', {
      param: 'model',
      message: `model: has no price for ${inWords(video)}.`,
    });
  }
  const { overHoldShare } = asked.rules;
  return { price: points, pricing: { ...frozen, isFixed: false, overHoldShare } };
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
