import type { Principal } from '../core/api/principal';
import { CommitInDoubt, GatewayError } from '../core/errors';
import { newId, renderId } from '../core/job/ids';
import type { CreateAnswer, CreateOptions, Creation } from '../core/job/creation';
import type { CreateResult, NewJob } from '../core/ports/store/jobs';
import type { NativeRequest } from '../core/provider/native';
import { checkDraft } from './check-draft';
import type { AcceptDeps, GatewayDeps } from './deps';
import { fetchInputs, NOTHING_FETCHED, type FetchedInputs } from './fetched-inputs';
import type { FairGate } from './gate';
import { checkNative } from './native';
import { idempotencyMismatch, markReplayed } from './replay';
import { quotedBody } from './quoted';
import type { CheckedRequest } from './resolve';
import { frozen } from './routes';
import { shortage } from './shortage';
import { tooManyWait } from './starts';

/**
 * Creates one job. Everything that can be wrong with a request is found before anything is stored; once the row is
 * committed the answer is acceptance, and the start follows from the row.
 */
export async function create(
  deps: CreateDeps,
  principal: Principal,
  creation: Creation,
): Promise<CreateAnswer> {
  const fetched = await fetchInputs(deps, principal, creation);
  const accepted = await deps.gates.creates(principal.workspaceId, async () => {
    if (deps.starts.isFull()) await refuseNew(deps, principal, creation);
    return accept(deps, principal, creation, fetched);
  });
  if (accepted.kind === 'replayed') return replayed(accepted);
  deps.starts.wake();
  return { ...accepted.answer, jobId: accepted.job.id };
}

const replayed = ({
  answer: first,
  jobId,
}: Extract<Accepted, { kind: 'replayed' }>): CreateAnswer => ({
  ...markReplayed(first),
  jobId,
});

/** Answers a repeat of an accepted request, of which nothing else is read. */
export async function repeated(
  { store, now }: Pick<AcceptDeps, 'store' | 'now'>,
  { workspaceId }: Principal,
  options: Pick<CreateOptions, 'idempotency' | 'render'>,
): Promise<CreateAnswer | undefined> {
  const earlier = await store.jobs.earlier(workspaceId, options, now());
  if (earlier?.kind === 'mismatch') throw idempotencyMismatch();
  return earlier && replayed(earlier);
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

/**
 * Checks, stores and answers, for whoever asks: an endpoint, or a workflow that already runs. An earlier request is
 * looked for first, so that a repeat has its answer also when catalog or balance have changed since.
 */
export async function accept(
  deps: AcceptDeps,
  principal: Principal,
  creation: Creation,
  fetched = NOTHING_FETCHED,
): Promise<Accepted> {
  const earlier = await deps.store.jobs.earlier(principal.workspaceId, creation, deps.now());
  if (earlier) return answer(earlier, 0n);
  const checked = await check(deps, principal, creation, fetched);
  const created = await store(deps, principal, creation, checked);
  return answer(created, checked.price);
}

/** Finds everything that can be wrong with a request, and its price: a quote's where it has one. Stores nothing. */
async function check(
  deps: AcceptDeps,
  principal: Principal,
  creation: Creation,
  fetched: FetchedInputs,
): Promise<CheckedRequest> {
  const checked = await priced(deps, principal, creation, fetched);
  const { price, hasFiles } = checked;
  const short = hasFiles && (await deps.store.jobs.shortOf(principal, { price, now: deps.now() }));
  // The transaction asks again, and decides.
  if (short) throw shortage(short, price);
  return checked;
}

/** Does the same without a look at the balance. */
export async function priced(
  deps: AcceptDeps,
  principal: Principal,
  creation: Creation,
  fetched: FetchedInputs,
): Promise<CheckedRequest> {
  const checked = await ('native' in creation
    ? checkNative(deps, principal, creation.native)
    : checkDraft(deps, principal, creation, fetched));
  const { applied, request } = checked;
  const { model } = request;
  const subject = { principal, applied, model, body: quotedBody(creation) };
  const price = creation.quote ? deps.quotes.redeem(creation.quote, subject) : checked.price;
  const isFixed = creation.quote !== undefined || creation.isPriceFixed === true;
  return { ...checked, price, pricing: { ...checked.pricing, isFixed } };
}

/** Stores the files of a checked request and then its job, with the hold and the answer, in the one transaction. */
async function store(
  deps: AcceptDeps,
  principal: Principal,
  creation: Creation,
  checked: CheckedRequest,
): Promise<CreateResult> {
  const routes = frozen(checked.usable, deps.lot, deps.limits.resubmits);
  const { native } = await checked.storeFiles();
  const job = rowOf({ creation, checked, routes, native, principal, now: deps.now() });
  return deps.store.jobs.create(job).catch((error: unknown) => {
    throw inDoubt(error, creation);
  });
}

/** What a job's row is made of. */
interface RowParts {
  principal: Principal;
  creation: Creation;
  checked: CheckedRequest;
  routes: NewJob['routes'];
  native: NativeRequest | undefined;
  now: number;
}

function rowOf({ principal, creation, checked, routes, native, now }: RowParts): NewJob {
  const id = newId();
  const { idPrefix } = creation;
  return {
    id,
    principal,
    dialect: creation.dialect,
    request: checked.request,
    applied: checked.applied,
    metadata: checked.draft.metadata,
    echo: checked.draft.echo,
    callbackUrl: checked.callbackUrl,
    native,
    price: checked.price,
    pricing: checked.pricing,
    routes,
    now,
    deadlineAt: now + checked.deadlineSeconds * 1_000,
    startBy: startByOf(creation, now),
    idempotency: creation.idempotency,
    workflowId: creation.workflowId,
    requestId: creation.requestId,
    startAs: idPrefix === undefined ? id : renderId(idPrefix, id),
    render: creation.render,
  };
}

const startByOf = ({ startWithinSeconds: seconds }: Creation, now: number): number | undefined =>
  seconds === undefined ? undefined : now + seconds * 1_000;

/** Answers with the job that was made, or with what an earlier request was answered; throws what the rows refused. */
function answer(created: CreateResult, price: bigint): Accepted {
  switch (created.kind) {
    case 'created':
    case 'replayed':
      return created;
    case 'mismatch':
      throw idempotencyMismatch();
    case 'insufficient':
    case 'over_budget':
      throw shortage(created, price);
  }
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
