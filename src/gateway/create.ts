import type { AcceptDeps } from './deps';
import type { Principal } from '../core/api/principal';
import { CommitInDoubt, GatewayError } from '../core/errors';
import { newId, renderId } from '../core/job/ids';
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
import { tooManyWait } from './starts';
import { resolveNative, storeNative, type NativeRequestPlan } from './native';

/**
 * Create is check, price, store. Everything that can be wrong with a request is found before anything is stored; once
 * the row is committed the answer is acceptance, and the start follows from the row.
 */
export async function create(
  deps: CreateDeps,
  principal: Principal,
  creation: Creation,
): Promise<CreateAnswer> {
  const accepted = await deps.gates.creates(principal.workspaceId, async () => {
    if (deps.starts.isFull()) await refuseNew(deps, principal, creation);
    return accept(deps, principal, creation);
  });
  const { answer } = accepted;
  if (accepted.kind === 'created') {
    deps.starts.wake();
    return { ...answer, jobId: accepted.job.id };
  }
  return { ...markReplayed(answer), jobId: accepted.jobId };
}

export interface CreateDeps extends GatewayDeps {
  gates: {
    /** Each takes a database connection: more at once would take all of them and let the others' wait run out. */
    creates: FairGate;
  };
}
export type Accepted = Extract<CreateResult, { kind: 'created' | 'replayed' }>;

/** What was accepted starts soon, so a job that could not is not accepted; a repeat of an accepted one has its answer. */
async function refuseNew(
  { store, now }: CreateDeps,
  { workspaceId }: Principal,
  creation: Creation,
): Promise<void> {
  if (!(await store.jobs.earlier(workspaceId, creation, now()))) throw tooManyWait();
}

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
