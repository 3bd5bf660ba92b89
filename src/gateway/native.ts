import type { ChannelRoute } from '../core/catalog/catalog';
import type { Principal } from '../core/api/principal';
import { GatewayError, invalid } from '../core/errors';
import type { NativeCreation, NativeReading, NativeRequest } from '../core/provider/native';
import type { Draft } from '../core/request/draft';
import type { NativeWire } from '../core/provider/provider';
import { latestReplyOf } from '../core/job/reference';
import type { AcceptDeps } from './deps';
import { findJob, isSomebodys } from './find';
import { storeBlob } from './inputs';

/**
 * The plan for a request that passes through: what it means, which channels may get it, what its named jobs are called
 * there.
 */
export interface NativeRequestPlan {
  wire: string;
  draft: Draft;
  routes: [ChannelRoute, ...ChannelRoute[]];
  ids: NativeRequest['ids'];
}

export async function resolveNative(
  deps: AcceptDeps,
  principal: Principal,
  { model, body, wire: spoken }: NativeCreation,
): Promise<NativeRequestPlan> {
  const { routes: offered } = deps.catalog.resolve(principal, model);
  const { wire, read } = wireOf(offered, spoken) ?? unspoken(deps, principal, spoken);
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
  return { wire, draft, routes: [first, ...rest], ids };
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

const notFound = (param: string): GatewayError =>
  new GatewayError('not_found', { param, message: `${param}: there is no such job.` });

/** Stores the bytes as they came; called after every check. */
export async function storeNative(
  deps: AcceptDeps,
  principal: Principal,
  { body, headers, search }: NativeCreation,
  { wire, ids }: NativeRequestPlan,
): Promise<NativeRequest> {
  const blob = await storeBlob(deps, principal, { bytes: body, mime: 'application/json' });
  return { wire, body: blob, headers, search, ids };
}
