import type { ChannelRoute, RoutedModel } from '../core/catalog/catalog';
import type { Principal } from '../core/api/principal';
import { GatewayError, invalid } from '../core/errors';
import type { NativeCreation, NativeReading, NativeRequest } from '../core/provider/native';
import type { Draft } from '../core/request/draft';
import { applyAsWritten, applyLeniently } from '../core/request/leniency';
import { checkOffered } from '../core/request/offered';
import type { NativeWire } from '../core/provider/provider';
import { latestReplyOf } from '../core/job/reference';
import type { AcceptDeps } from './deps';
import { findJob, isSomebodys } from './find';
import { resolveInputs, resolveReadable, storeBlob } from './inputs';
import { resolveOwnLinks } from './own-links';
import { checkedCallback, resolveOn } from './resolve';
import type { CheckedRequest, ResolvedRequest } from './resolve';

/**
 * Checks a body of a provider's own, which passes through: it is read for its price and its echo, and the provider is
 * the one who refuses what it cannot honour. What is sent is the body alone.
 */
export async function checkNative(
  deps: AcceptDeps,
  principal: Principal,
  creation: NativeCreation,
): Promise<CheckedRequest> {
  const plan = await planNative(deps, principal, creation);
  const draft = await resolveOwnLinks(deps, principal, plan.draft);
  return {
    ...resolveLeniently(deps, principal, { ...plan, draft }),
    draft,
    hasFiles: true,
    asSent: { headers: creation.headers, search: creation.search, ids: plan.ids },
    storeFiles: async () => ({ native: await storeBody(deps, principal, creation, plan) }),
  };
}

/**
 * The plan for a request that passes through: what it means, which channels may get it, what its named jobs are called
 * there.
 */
interface NativeRequestPlan {
  wire: string;
  /** The model as it was offered when the body was read; another may be offered before it is stored. */
  entry: RoutedModel['entry'];
  draft: Draft;
  routes: [ChannelRoute, ...ChannelRoute[]];
  ids: NativeRequest['ids'];
  names: NativeWire['names'];
}

async function planNative(
  deps: AcceptDeps,
  principal: Principal,
  { model, body, wire: spoken }: NativeCreation,
): Promise<NativeRequestPlan> {
  const { entry, routes: offered } = deps.catalog.resolve(principal, model);
  const { wire, names, read } = wireOf(offered, spoken) ?? unspoken(deps, principal, spoken);
  const { request, callbackUrl, references } = read(body);
  let routes = offered.filter(({ provider }) => provider.native?.wire === wire);
  const ids: NativeRequest['ids'] = {};
  for (const reference of references) {
    const named = await resolveReference(deps, principal, reference);
    ids[reference.id] = named.id;
    // What it names lives in one account; a job unknown to us lives in those that the operator opened for such.
    routes = routes.filter(({ channel }) =>
      named.channel === undefined ? channel.foreignIds === true : channel.name === named.channel,
    );
  }
  const [first, ...rest] = routes;
  if (!first) throw notFound(references[0]?.param ?? 'body');
  const draft = { request: { model, ...request }, names: {}, callbackUrl, metadata: {}, echo: {} };
  if (references[0] && entry.offers) throw beyondOffer(references[0].param);
  return { wire, entry, draft, routes: [first, ...rest], ids, names };
}

/**
 * Returns the wire that the caller spoke; where the caller left it open, the wire of the first channel that has one.
 * Undefined where no channel speaks it.
 */
function wireOf(
  routes: readonly ChannelRoute[],
  spoken: string | undefined,
): NativeWire | undefined {
  const wires = routes.flatMap(({ provider: { native } }) => native ?? []);
  return wires.find(({ wire }) => spoken === undefined || wire === spoken);
}

function unspoken(
  { catalog }: AcceptDeps,
  principal: Principal,
  spoken: string | undefined,
): never {
  if (spoken !== undefined) {
    throw new GatewayError('model_not_found', {
      param: 'model',
      message: 'model: this model is not served by a provider that speaks this API.',
    });
  }
  const able = catalog.list(principal).filter(({ routes }) => wireOf(routes, undefined));
  const names = able.map(({ entry }) => entry.name);
  throw invalid('model', "takes no body of its provider's own", names);
}

async function resolveReference(
  deps: AcceptDeps,
  principal: Principal,
  { id, param }: NativeReading['references'][number],
): Promise<{ id: string; channel: string | undefined }> {
  const job = await findJob(deps, principal, id).catch((error: unknown) => {
    if (error instanceof GatewayError && error.code === 'not_found') return undefined;
    throw error;
  });
  if (!job) {
    if (principal.scopes.includes('foreign') && !(await isSomebodys(deps, id))) {
      return { id, channel: undefined };
    }
    throw notFound(param);
  }
  const attempt = await deps.store.attempts.latest(job.id);
  const known = attempt && latestReplyOf(deps.catalog.providers(), attempt, undefined)?.id;
  if (!attempt || known === undefined)
    throw invalid(param, 'names a job that no provider has taken');
  return { id: known, channel: attempt.channel };
}

/** What a draft becomes is as long as the draft is, which another model may have made. */
const beyondOffer = (param: string): GatewayError =>
  invalid(param, 'names a draft, and the operator offers less of this model than a draft may have');

const notFound = (param: string): GatewayError =>
  new GatewayError('not_found', { param, message: `${param}: there is no such job.` });

/**
 * Resolves what was read of a body on the channels that may get it. What a model cannot honour is left out; what the
 * operator does not offer is refused.
 */
function resolveLeniently(
  deps: AcceptDeps,
  { group }: Principal,
  { entry, draft, routes, names }: Pick<NativeRequestPlan, 'entry' | 'draft' | 'routes' | 'names'>,
): ResolvedRequest {
  const { request } = draft;
  const callbackUrl = checkedCallback(deps, draft.callbackUrl);
  const { inputBytesMax } = deps.limits;
  const inputs = entry.offers
    ? resolveInputs(request.inputs, inputBytesMax)
    : resolveReadable(request.inputs, inputBytesMax);
  return resolveOn(
    { entry, routes, request, inputs, callbackUrl, group, rules: deps.catalog.priceRules() },
    (asked, { whole, capabilities }) => {
      if (!entry.offers) return applyLeniently(asked, whole);
      // What is left out here may be made there, so nothing is left out where less is sold than the model can do.
      const applied = applyAsWritten(asked, whole, names);
      checkOffered(applied, capabilities, names);
      return applied;
    },
  );
}

/** Stores the bytes as they came. */
async function storeBody(
  deps: AcceptDeps,
  principal: Principal,
  { body, headers, search }: NativeCreation,
  { wire, ids }: NativeRequestPlan,
): Promise<NativeRequest> {
  const blob = await storeBlob(deps, principal, { bytes: body, mime: 'application/json' });
  return { wire, body: blob, headers, search, ids };
}
