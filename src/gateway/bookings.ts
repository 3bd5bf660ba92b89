import { GatewayError, invalid } from '../core/errors';
import { GIVEN_MAX } from '../core/money/ledger';
import { formatPoints } from '../core/money/pricing';
import { isTerminal } from '../core/job/job';
import type { BookedEntry } from '../core/money/ledger';
import type { BookingOptions, Bookings } from '../core/operator/bookings';
import type { AdminRows, BookingRow, PastBound, TooMuch } from '../core/ports/store/admin';
import type { Store } from '../core/ports/store/store';
import { answerOnce, workspaceOf } from './admin-rules';
import type { AdminDeps } from './admin-rules';
import { operatedJob } from './operations';

export interface BookingDeps extends Pick<AdminDeps, 'now'> {
  store: Pick<Store, 'admin' | 'operations'>;
}

/** Makes what operators do with the points of a workspace. */
export function createBookings(deps: BookingDeps): Bookings {
  const { store, now } = deps;
  return {
    async balance(id) {
      return store.admin.balance((await workspaceOf(store.admin, id)).id);
    },
    async ledger(id, { after, jobId, ...query }) {
      const workspace = await workspaceOf(store.admin, id);
      const job = jobId === undefined ? undefined : await operatedJob(store.operations, jobId);
      return store.admin.ledger(workspace.id, {
        ...query,
        after: readEntry(after),
        jobId: job?.id,
      });
    },
    topUp: (id, topUp, once) =>
      bookOnce(deps, once, async (rows, booking) => {
        const workspace = await workspaceOf(rows, id);
        if (topUp.expiresAt !== null && topUp.expiresAt <= now()) {
          throw invalid('expires_at', 'is in the past; a top-up ends later than it is booked');
        }
        const booked = await rows.topUp({ ...topUp, ...booking, workspaceId: workspace.id });
        if (booked.kind === 'past_bound') throw pastBound(booked);
        return booked;
      }),
    adjust: (id, adjustment, once) =>
      bookOnce(deps, once, async (rows, booking) => {
        const workspace = await workspaceOf(rows, id);
        const booked = await rows.adjust({ ...adjustment, ...booking, workspaceId: workspace.id });
        if (booked.kind === 'too_much') throw tooLittle(booked);
        if (booked.kind === 'past_bound') throw pastBound(booked);
        return booked;
      }),
    async refund(id, refund, once) {
      const job = await operatedJob(store.operations, id);
      if (!isTerminal(job.state)) throw conflict('The job is open: it was charged nothing yet.');
      return bookOnce(deps, once, async (rows, booking) => {
        const { workspaceId, charged } = job;
        const booked = await rows.refund({ ...refund, ...booking, workspaceId, jobId: job.id });
        if (booked.kind === 'too_much') throw pastCharge(booked, charged ?? 0n);
        return booked;
      });
    },
  };
}

/** Books in one transaction with the idempotency row, which lasts, and answers with the balance after it. */
const bookOnce = (
  deps: BookingDeps,
  once: BookingOptions,
  book: (rows: AdminRows, booking: Omit<BookingRow, 'workspaceId'>) => Promise<BookedEntry>,
) =>
  answerOnce(
    deps,
    { ...once, idempotency: { ...once.idempotency, lasting: true } },
    async (rows) => {
      const { principal, idempotency } = once;
      const entry = await book(rows, {
        idempotencyKey: `${principal.workspaceId}:${idempotency.key}`,
        byKeyId: principal.keyId,
        now: deps.now(),
      });
      return { entry, balance: await rows.balance(entry.workspaceId) };
    },
  );

/** Reads the id of an entry as lists show it, such as `entry_42`. */
function readEntry(after: string | undefined): bigint | undefined {
  if (after === undefined) return undefined;
  const digits = /^(?:entry_)?(\d{1,18})$/.exec(after)?.[1];
  if (digits === undefined) throw invalid('after', 'is not the id of an entry, such as "entry_42"');
  return BigInt(digits);
}

const conflict = (message: string): GatewayError => new GatewayError('conflict', { message });

const tooLittle = ({ left }: TooMuch): GatewayError =>
  conflict(`Only ${formatPoints(left)} points are available; an adjustment takes no more.`);

const pastBound = ({ left }: PastBound): GatewayError =>
  conflict(
    `A workspace is given at most ${formatPoints(GIVEN_MAX)} points in all, available, held and spent together; ` +
      `${formatPoints(left)} of them are left to give.`,
  );

const pastCharge = ({ left }: TooMuch, charged: bigint): GatewayError =>
  conflict(
    charged === 0n
      ? 'The job was charged nothing, so there is nothing to give back.'
      : `The job was charged ${formatPoints(charged)} points, and ${formatPoints(left)} of them are left to give back.`,
  );
