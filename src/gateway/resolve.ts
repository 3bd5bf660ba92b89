import { applyCapabilities } from '../core/request/apply-capabilities';
import { deadlineSecondsOf } from '../core/job/deadline';
import type { Principal } from '../core/api/principal';
import { invalid } from '../core/errors';
import { applyLeniently } from '../core/request/leniency';
import type { FileSizes } from '../core/request/media-forms';
import type { Draft } from '../core/request/draft';
import { priceOf } from '../core/money/pricing';
import type { AppliedRequest, VideoRequest } from '../core/request/request';
import { isStorable, NOT_STORABLE } from '../core/text';
import type { AcceptDeps } from './deps';
import {
  checkInputUrls,
  resolveInputs,
  resolveReadable,
  sizesOf,
  type ResolvedInput,
} from './inputs';
import type { NativeRequestPlan } from './native';
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

/** What the caller of `resolve` has found out before. */
interface ResolveContext {
  passing?: Pick<NativeRequestPlan, 'routes'> | undefined;
  /** The sizes of blobs that the request only names. */
  held?: FileSizes | undefined;
}

/**
 * Resolves a draft against the catalog; throws for what no channel can honour. What passes through is only read: the
 * provider is the one who refuses.
 */
export function resolve(
  deps: ResolveDeps,
  principal: Principal,
  draft: Draft,
  { passing, held = new Map() }: ResolveContext = {},
): ResolvedRequest {
  const { entry, routes } = deps.catalog.resolve(principal, draft.request.model);
  const callbackUrl = checkedCallback(deps, draft.callbackUrl);
  // What passes through is refused by the provider, whose word is the answer to the create.
  if (!passing) checkInputUrls(deps, draft, routes);
  const read = passing ? resolveReadable : resolveInputs;
  const inputs = read(draft.request.inputs, deps.limits.inputBytesMax);
  const request = { ...draft.request, inputs: inputs.map(({ input }) => input) };
  const sizes = new Map([...held, ...sizesOf(inputs)]);
  const usable = chooseRoutes(passing?.routes ?? routes, ({ capabilities }, settled) => {
    const asked = { ...request, ...settled };
    return passing
      ? applyLeniently(asked, capabilities)
      : applyCapabilities(asked, capabilities, draft.names, sizes);
  });
  // After the model's own limits, so that nobody's prompt of megabytes is looked through.
  if (!passing) checkText({ ...draft, request });
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

function checkedCallback(deps: ResolveDeps, callback: Draft['callbackUrl']): string | undefined {
  if (!callback) return undefined;
  const checked = deps.outbound.checkCallbackUrl(callback.url);
  if (!checked.ok) throw invalid(callback.param, checked.problem);
  checkStorable(callback.param, callback.url);
  return callback.url;
}
