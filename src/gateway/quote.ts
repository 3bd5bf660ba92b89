import type { Principal } from '../core/api/principal';
import { knownModel, type Job } from '../core/job/job';
import type { Draft } from '../core/request/draft';
import type { Estimate } from '../core/ports/gateway';
import type { Quote } from '../core/money/quote';
import type { GatewayDeps } from './deps';
import { resolveOwnLinks } from './own-links';
import { resolve } from './resolve';

/** Says what a create of the same draft would hold, and signs it. */
export async function quote(deps: GatewayDeps, principal: Principal, asked: Draft): Promise<Quote> {
  const { draft, sizes } = await resolveOwnLinks(deps, principal, asked);
  const { applied, price, usable } = resolve(deps, principal, draft, { held: sizes });
  const { model } = draft.request;
  return {
    ...deps.quotes.issue({ principal, model, applied }, price),
    price,
    applied,
    providerModel: usable[0].model,
  };
}

/**
 * Estimates how long such a job takes from acceptance to its end, at the channel that accepted it or else at its first choice. Returns
 * undefined where that channel is in no catalog any more and too few of its jobs were measured.
 */
export async function estimate(deps: GatewayDeps, job: Job): Promise<Estimate | undefined> {
  const route = job.routes.find(({ channel }) => channel === job.channel) ?? job.routes[0];
  if (!route) return undefined;
  const model = knownModel(route);
  const measured = await deps.store.attempts.usualMs(route.provider, model);
  if (measured !== undefined)
    return { seconds: Math.ceil(measured / 1_000), basis: 'finished_jobs' };
  const capabilities = deps.catalog.channel(route.channel)?.provider.models[model];
  return capabilities && { seconds: capabilities.usualSeconds, basis: 'model' };
}
