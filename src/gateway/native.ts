import type { Route } from '../core/catalog';
import type { Principal } from '../core/dialect';
import { GatewayError, invalid } from '../core/errors';
import type { NativeCreation, NativeRequest } from '../core/native';
import { saidOf } from '../core/reference';
import type { AcceptDeps } from './create';
import { findJob, isSomebodys } from './find';
import { storeBlob } from './inputs';

/** A request that passes through: which channels may get it, what its named jobs are called there, where its bytes lie. */
export interface Passing {
  routes: [Route, ...Route[]];
  ids: NativeRequest['ids'];
}

export async function resolveNative(
  deps: AcceptDeps,
  principal: Principal,
  native: NativeCreation,
  model: string,
): Promise<Passing> {
  const { routes: offered } = deps.catalog.resolve(principal, model);
  const speaking = offered.filter(({ provider }) => provider.native?.wire === native.wire);
  if (speaking.length === 0) {
    throw new GatewayError('model_not_found', {
      param: 'model',
      message: 'model: this model is not served by a provider that speaks this API.',
    });
  }
  let routes = speaking;
  const ids: NativeRequest['ids'] = {};
  for (const reference of native.references) {
    const named = await resolveReference(deps, principal, reference);
    ids[reference.id] = named.id;
    // What it names lives in one account; a job unknown to us lives in those that the operator opened for such.
    routes = routes.filter(({ channel }) =>
      named.channel === undefined ? channel.foreignIds === true : channel.name === named.channel,
    );
  }
  const [first, ...rest] = routes;
  if (!first) throw notFound(native.references[0]?.param ?? 'body');
  return { routes: [first, ...rest], ids };
}

async function resolveReference(
  deps: AcceptDeps,
  principal: Principal,
  { id, param }: NativeCreation['references'][number],
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
  const known = attempt && saidOf(deps.catalog.providers(), attempt, undefined)?.id;
  if (!attempt || known === undefined)
    throw invalid(param, 'names a job that no provider has taken');
  return { id: known, channel: attempt.channel };
}

const notFound = (param: string): GatewayError =>
  new GatewayError('not_found', { param, message: `${param}: there is no such job.` });

/** After every check: the bytes as they came. */
export async function storeNative(
  deps: AcceptDeps,
  principal: Principal,
  { wire, body, headers, search }: NativeCreation,
  { ids }: Passing,
): Promise<NativeRequest> {
  const blob = await storeBlob(deps, principal, { bytes: body, mime: 'application/json' });
  return { wire, body: blob, headers, search, ids };
}
