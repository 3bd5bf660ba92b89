import { applyCapabilities } from '../core/capabilities';
import type { Route } from '../core/catalog';
import type { Answer, Principal } from '../core/dialect';
import { GatewayError, invalid } from '../core/errors';
import { newId } from '../core/ids';
import type { FrozenRoute, Job } from '../core/job';
import { planOf } from '../core/plan';
import type { Creation } from '../core/ports';
import { formatPoints, priceOf } from '../core/pricing';
import type { AppliedRequest } from '../core/request';
import type { GatewayDeps } from './deps';
import { resolveInputs, storeInputs } from './inputs';

/**
 * Create is check, price, store, start. Everything that can be wrong with a request is found before anything is stored;
 * once the row is committed the answer is acceptance, whatever happens to the start.
 */
export async function create(
  deps: GatewayDeps,
  principal: Principal,
  creation: Creation,
): Promise<Answer> {
  const { entry, routes } = deps.catalog.resolve(principal.group, creation.request.model);
  const callbackUrl = checkedCallback(deps, creation.callbackUrl);
  const inputs = resolveInputs(creation.request.inputs, deps.inputBytesMax);
  const request = { ...creation.request, inputs: inputs.map(({ input }) => input) };
  const { applied, usable } = chooseRoutes(routes, (route) =>
    applyCapabilities(request, route.capabilities, creation.names),
  );
  await storeInputs(deps, principal, inputs);

  const now = deps.now();
  const deadlineAt = now + usable[0].capabilities.deadlineSeconds * 1_000;
  const created = await deps.store.jobs.create({
    id: newId(),
    principal,
    dialect: creation.dialect,
    request,
    applied,
    metadata: creation.metadata,
    echo: creation.echo,
    callbackUrl,
    price: priceOf(entry.price),
    routes: [freeze(usable[0]), ...usable.slice(1).map(freeze)],
    now,
    deadlineAt,
    idempotency: creation.idempotency,
    render: creation.render,
  });
  switch (created.kind) {
    case 'created':
      await start(deps, created.job);
      return created.answer;
    case 'replayed':
      return {
        ...created.answer,
        headers: { ...created.answer.headers, 'idempotent-replayed': 'true' },
      };
    case 'mismatch':
      throw new GatewayError('idempotency_mismatch', { param: 'Idempotency-Key' });
    case 'insufficient':
      throw new GatewayError('insufficient_balance', {
        message:
          `This request needs ${formatPoints(priceOf(entry.price))} points; ` +
          `${formatPoints(created.available)} are available.`,
      });
  }
}

function checkedCallback(deps: GatewayDeps, callback: Creation['callbackUrl']): string | undefined {
  if (!callback) return undefined;
  const checked = deps.outbound.checkCallbackUrl(callback.url);
  if (!checked.ok) throw invalid(callback.param, checked.problem);
  return callback.url;
}

/** Only channels that can honour the whole request stay; when none can, the first one's reason is the answer. */
function chooseRoutes(
  routes: readonly [Route, ...Route[]],
  apply: (route: Route) => AppliedRequest,
): { applied: AppliedRequest; usable: [Route, ...Route[]] } {
  const usable: { route: Route; applied: AppliedRequest }[] = [];
  let reason: unknown;
  for (const route of routes) {
    try {
      usable.push({ route, applied: apply(route) });
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      reason ??= error;
    }
  }
  const [first, ...rest] = usable;
  if (!first) throw reason;
  return { applied: first.applied, usable: [first.route, ...rest.map(({ route }) => route)] };
}

const freeze = (route: Route): FrozenRoute => ({
  channel: route.channel.name,
  provider: route.provider.name,
  model: route.model,
});

/** After the commit the answer is always acceptance: a start that fails is the sweep's work, not the caller's. */
async function start(deps: GatewayDeps, job: Job): Promise<void> {
  try {
    await deps.engine.startJob(
      planOf(
        {
          jobId: job.id,
          provider: job.provider,
          model: job.model,
          workspaceId: job.workspaceId,
          deadlineAt: job.deadlineAt,
        },
        deps.waits,
      ),
    );
    await deps.store.jobs.markStarted(job.id, deps.now());
  } catch (error) {
    deps.log.warn(
      { jobId: job.id, err: error },
      'the engine did not answer; the sweep starts the job',
    );
  }
}
