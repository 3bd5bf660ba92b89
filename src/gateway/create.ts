import { applyCapabilities } from '../core/capabilities';
import type { Route } from '../core/catalog';
import type { Answer, Principal } from '../core/dialect';
import { GatewayError, invalid } from '../core/errors';
import { newId } from '../core/ids';
import type { FrozenRoute, Job } from '../core/job';
import { planOf, seedOf } from '../core/plan';
import type { Creation } from '../core/ports';
import { formatPoints, priceOf } from '../core/pricing';
import type { AppliedRequest, VideoRequest } from '../core/request';
import { isStorable } from '../core/text';
import type { Created } from '../core/store';
import type { GatewayDeps } from './deps';
import { checkHeld, resolveInputs, storeInputs } from './inputs';
import { idempotencyMismatch, markReplayed } from './replay';

/**
 * Create is check, price, store, start. Everything that can be wrong with a request is found before anything is stored;
 * once the row is committed the answer is acceptance, whatever happens to the start.
 */
export async function create(
  deps: GatewayDeps,
  principal: Principal,
  creation: Creation,
): Promise<Answer> {
  const accepted = await accept(deps, principal, creation);
  const { answer } = accepted;
  if (accepted.kind === 'created') {
    await start(deps, accepted.job);
    return answer;
  }
  return markReplayed(answer);
}

export type AcceptDeps = Pick<
  GatewayDeps,
  'store' | 'catalog' | 'outbound' | 'blobs' | 'inputBytesMax' | 'now' | 'log'
>;
export type Accepted = Extract<Created, { kind: 'created' | 'replayed' }>;

/** The checks, the price and the one transaction, for whoever asks: a door, or a workflow that already runs. */
export async function accept(
  deps: AcceptDeps,
  principal: Principal,
  creation: Creation,
): Promise<Accepted> {
  // Looked up first, so that a repeat has its answer also when catalog or balance have changed since.
  const earlier = await deps.store.jobs.earlier(principal.workspaceId, creation, deps.now());
  if (earlier) return acceptedOr(earlier, 0n);
  const { entry, routes } = deps.catalog.resolve(principal, creation.request.model);
  const callbackUrl = checkedCallback(deps, creation.callbackUrl);
  const inputs = resolveInputs(creation.request.inputs, deps.inputBytesMax);
  const request = { ...creation.request, inputs: inputs.map(({ input }) => input) };
  checkText({ ...creation, request });
  const { applied, usable } = chooseRoutes(routes, (route, resolved) =>
    applyCapabilities({ ...request, ...resolved }, route.capabilities, creation.names),
  );
  if (creation.workflowId !== undefined) await checkHeld(deps, principal, request.inputs);
  await storeInputs(deps, principal, inputs);

  const now = deps.now();
  const price = priceOf(entry.price);
  const deadlineAt =
    now + (entry.deadlineSeconds ?? usable[0].capabilities.deadlineSeconds) * 1_000;
  const created = await deps.store.jobs.create({
    id: newId(),
    principal,
    dialect: creation.dialect,
    request,
    applied,
    metadata: creation.metadata,
    echo: creation.echo,
    callbackUrl,
    price,
    routes: [freeze(usable[0]), ...usable.slice(1).map(freeze)],
    now,
    deadlineAt,
    idempotency: creation.idempotency,
    workflowId: creation.workflowId,
    render: creation.render,
  });
  return acceptedOr(created, price);
}

function acceptedOr(created: Created, price: bigint): Accepted {
  switch (created.kind) {
    case 'created':
    case 'replayed':
      return created;
    case 'mismatch':
      throw idempotencyMismatch();
    case 'insufficient':
      throw new GatewayError('insufficient_balance', {
        message:
          `This request needs ${formatPoints(price)} points; ` +
          `${formatPoints(created.available)} are available.`,
      });
    case 'over_budget':
      throw new GatewayError('insufficient_balance', {
        message:
          `This request needs ${formatPoints(price)} points; ` +
          `the budget of this API key has ${formatPoints(created.left)} left.`,
      });
  }
}

/** JSON allows characters that no row can hold; they are refused by name rather than changed. */
function checkText({ request, names, metadata, echo }: Creation & { request: VideoRequest }): void {
  const spelled = new Map<string, string>(Object.entries(names));
  const named = Object.entries(request).map(([field, value]): [string, unknown] => [
    spelled.get(field) ?? field,
    value,
  ]);
  for (const [field, value] of [...named, ...Object.entries({ ...echo, metadata })]) {
    if (isStorable(value)) continue;
    throw invalid(field, 'has a character that is not text (NUL, or half of a surrogate pair)');
  }
}

function checkedCallback(deps: AcceptDeps, callback: Creation['callbackUrl']): string | undefined {
  if (!callback) return undefined;
  const checked = deps.outbound.checkCallbackUrl(callback.url);
  if (!checked.ok) throw invalid(callback.param, checked.problem);
  return callback.url;
}

/** Defaults that models resolve differently and that a caller sees or pays for. */
type Resolved = Pick<VideoRequest, 'seconds' | 'resolution' | 'aspectRatio' | 'generateAudio'>;

/**
 * Only channels that can honour the whole request stay; when none can, the first one's reason is the answer. The first
 * that can resolves the defaults and the others are asked for the same, since one resolved request is priced, sent to
 * whichever channel takes it, and echoed.
 */
function chooseRoutes(
  routes: readonly [Route, ...Route[]],
  apply: (route: Route, resolved: Resolved) => AppliedRequest,
): { applied: AppliedRequest; usable: [Route, ...Route[]] } {
  const usable: Route[] = [];
  let applied: AppliedRequest | undefined;
  let reason: unknown;
  for (const route of routes) {
    try {
      const own = apply(route, applied ? resolvedOf(applied) : {});
      applied ??= own;
      usable.push(route);
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      reason ??= error;
    }
  }
  const [first, ...rest] = usable;
  if (!first || !applied) throw reason;
  return { applied, usable: [first, ...rest] };
}

function resolvedOf({ seconds, resolution, aspectRatio, generateAudio }: AppliedRequest): Resolved {
  return { seconds, resolution, aspectRatio, generateAudio: generateAudio ?? false };
}

const freeze = (route: Route): FrozenRoute => ({
  channel: route.channel.name,
  provider: route.provider.name,
  model: route.model,
});

/** After the commit the answer is always acceptance: a start that fails is the sweep's work, not the caller's. */
async function start(deps: GatewayDeps, job: Job): Promise<void> {
  try {
    await deps.engine.startJob(job.workflowId, planOf(seedOf(job), deps.waits));
    await deps.store.jobs.markStarted(job.id, deps.now());
  } catch (error) {
    deps.log.warn(
      { jobId: job.id, err: error },
      'the engine did not answer; the sweep starts the job',
    );
  }
}
