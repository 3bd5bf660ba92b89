import type { AcceptDeps } from './deps';
import type { Principal } from '../core/api/principal';
import { CommitInDoubt, GatewayError } from '../core/errors';
import { newId, renderId } from '../core/job/ids';
import type { Job } from '../core/job/job';
import { planOf, seedOf } from '../core/job/plan';
import type { NativeCreation } from '../core/provider/native';
import type { CreateAnswer, Creation } from '../core/job/creation';
import type { Draft } from '../core/request/draft';
import { formatPoints } from '../core/money/pricing';
import type { CreateResult, NewJob } from '../core/ports/store/jobs';
import type { GatewayDeps } from './deps';
import type { FairGate } from './gate';
import { checkHeld, storedSizes, storeInputs } from './inputs';
import { resolveOwnLinks } from './own-links';
import { idempotencyMismatch, markReplayed } from './replay';
import { resolve } from './resolve';
import { frozen } from './routes';
import type { StartAgain } from './start-again';
import { resolveNative, storeNative, type NativeRequestPlan } from './native';

/**
 * Create is check, price, store, start. Everything that can be wrong with a request is found before anything is stored;
 * once the row is committed the answer is acceptance, whatever happens to the start.
 */
export async function create(
  deps: CreateDeps,
  principal: Principal,
  creation: Creation,
): Promise<CreateAnswer> {
  const accepted = await deps.gates.creates(principal.workspaceId, () =>
    accept(deps, principal, creation),
  );
  const { answer } = accepted;
  if (accepted.kind === 'created') {
    await atMost(START_MS, start(deps, accepted.job, accepted.workspace));
    return { ...answer, jobId: accepted.job.id };
  }
  return { ...markReplayed(answer), jobId: accepted.jobId };
}

export interface CreateDeps extends GatewayDeps {
  gates: {
    /** Each takes a database connection: more at once would take all of them and let the others' wait run out. */
    creates: FairGate;
    /** More at once would make the engine answer each of them too late. */
    starts: FairGate;
  };
  startAgain: StartAgain;
}
export type Accepted = Extract<CreateResult, { kind: 'created' | 'replayed' }>;

/** The checks, the price and the one transaction, for whoever asks: a door, or a workflow that already runs. */
export async function accept(
  deps: AcceptDeps,
  principal: Principal,
  creation: Creation,
): Promise<Accepted> {
  // Looked up first, so that a repeat has its answer also when catalog or balance have changed since.
  const earlier = await deps.store.jobs.earlier(principal.workspaceId, creation, deps.now());
  if (earlier) return acceptedOr(earlier, 0n);
  const { draft: written, native } = await draftOf(deps, principal, creation);
  const { draft, sizes } = await resolveOwnLinks(deps, principal, written);
  const named =
    creation.workflowId === undefined
      ? await storedSizes(deps.blobs, draft.request.inputs)
      : await checkHeld(deps, principal, written.request.inputs);
  const held = new Map([...named, ...sizes]);
  const resolved = resolve(deps, principal, draft, { passing: native?.passing, held });
  const { request, applied, usable, inputs } = resolved;
  const price = creation.quote
    ? deps.quotes.redeem(creation.quote, { principal, applied, model: request.model })
    : resolved.price;
  const stores = native !== undefined || inputs.some(({ input }) => 'blob' in input.media);
  const short = stores && (await deps.store.jobs.shortOf(principal, price));
  // Nobody fills the disk without points; the transaction asks again, and decides.
  if (short) return acceptedOr(short, price);
  // What passes through is sent as its body alone.
  if (!native) await storeInputs(deps, principal, inputs);
  const stored = native && (await storeNative(deps, principal, native.given, native.passing));

  const now = deps.now();
  const id = newId();
  const row: NewJob = {
    id,
    principal,
    dialect: creation.dialect,
    request,
    applied,
    metadata: draft.metadata,
    echo: draft.echo,
    callbackUrl: resolved.callbackUrl,
    native: stored,
    price,
    routes: frozen(usable),
    now,
    deadlineAt: now + resolved.deadlineSeconds * 1_000,
    idempotency: creation.idempotency,
    workflowId: creation.workflowId,
    startAs: creation.idPrefix === undefined ? id : renderId(creation.idPrefix, id),
    render: creation.render,
  };
  const created = await deps.store.jobs.create(row).catch((error: unknown) => {
    throw inDoubt(error, creation);
  });
  return acceptedOr(created, price);
}

interface Read {
  draft: Draft;
  native?: { given: NativeCreation; passing: NativeRequestPlan };
}

/** A body of a provider's own is read by that provider; everything else a dialect has read. */
async function draftOf(deps: AcceptDeps, principal: Principal, creation: Creation): Promise<Read> {
  if (!('native' in creation)) return { draft: creation };
  const given = creation.native;
  const passing = await resolveNative(deps, principal, given);
  return { draft: passing.draft, native: { given, passing } };
}

/**
 * The one transaction may have been committed without our hearing of it: a client that posts again by itself would pay twice.
 * Under a key it may, since the job and its key are stored together or not at all.
 */
function inDoubt(cause: unknown, { idempotency }: Creation): unknown {
  if (!(cause instanceof CommitInDoubt)) return cause;
  const advice = idempotency
    ? 'The same request under the same key finds it.'
    : 'Look for it before you ask again.';
  return new GatewayError('internal', {
    message: `Something went wrong on our side; the job may have been created. ${advice}`,
    retryable: idempotency !== undefined,
    cause,
  });
}

function acceptedOr(created: CreateResult, price: bigint): Accepted {
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

/** The caller does not wait longer for the start, which goes on. */
const START_MS = 2_000;

/**
 * After the commit the answer is always acceptance: a start that fails is asked for again in the background, and is the
 * sweep's work when this process ends before the engine answers.
 */
async function start(deps: CreateDeps, job: Job, workspace: string): Promise<void> {
  const ask = async (): Promise<void> => {
    const { label, ...seed } = seedOf(job, workspace);
    const plan = planOf(seed, deps.waits);
    await deps.gates.starts(job.workspaceId, () =>
      deps.engine.startJob(job.workflowId, plan, label),
    );
    await deps.store.jobs.markStarted(job.id, deps.now());
  };
  try {
    await ask();
  } catch (error) {
    const who = deps.startAgain.add(job.id, ask) ? 'this process asks it again' : 'the sweep asks';
    deps.log.warn({ jobId: job.id, err: error }, `the engine did not start the job yet; ${who}`);
  }
}

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, over]);
  clearTimeout(timer);
}
