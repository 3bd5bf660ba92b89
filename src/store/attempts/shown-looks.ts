import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import { givenIdsOf, withGivenIds } from '../../core/job/given-id';
import { newId } from '../../core/job/ids';
import type { Verdict } from '../../core/job/outcome';
import { wholePercent } from '../../core/job/progress';
import type { Reply } from '../../core/provider/exchange';
import type { Database, Transaction } from '../base/database';
import { lockJobOfAttempt } from '../jobs/lock-job';
import { ONE_MORE, startRunning } from '../jobs/running';
import { replyColumns } from './replies';
import { attempts, deliveries, events, jobs } from '../schema';

/** Running looks at jobs whose callers read the provider's own replies: the reply is stored, and a new state is told. */

interface Look {
  verdict: Extract<Verdict, { state: 'running' }>;
  reply: Reply;
  at: Date;
}

/** Answers the ids of the deliveries that tell a state for the first time. A look that shows nothing new writes nothing. */
export async function recordShown(db: Database, id: string, look: Look): Promise<string[]> {
  if (await isAsStored(db, id, look)) return [];
  return db.transaction(async (tx) => {
    // Of a job that was given up callers read our word; that the provider still works on it is none of theirs.
    const isLate = (await lockJobOfAttempt(tx, id))?.watchedUntil != null;
    return recordIn(tx, id, { ...look, isLate });
  });
}

async function isAsStored(db: Database, id: string, { verdict, reply }: Look): Promise<boolean> {
  const { status, type, body } = replyColumns(reply);
  const rows = await db
    .select({ id: attempts.id })
    .from(attempts)
    .where(
      and(
        eq(attempts.id, id),
        eq(attempts.phase, verdict.phase),
        sql`${attempts.progress} IS NOT DISTINCT FROM ${wholePercent(verdict.progress)}::int`,
        isNull(attempts.doubt),
        eq(attempts.replyStatus, status ?? 0),
        sql`${attempts.replyType} IS NOT DISTINCT FROM ${type}::text`,
        sql`${attempts.replyBody} = ${body}::bytea`,
      ),
    );
  return rows.length > 0;
}

async function recordIn(
  tx: Transaction,
  id: string,
  { verdict, reply, at, isLate }: Look & { isLate: boolean },
): Promise<string[]> {
  const { phase } = verdict;
  const { status, type, body } = replyColumns(reply);
  const progress = wholePercent(verdict.progress);
  const [row] = await tx
    .update(attempts)
    .set({
      polls: ONE_MORE,
      phase,
      progress,
      doubt: null,
      ...(isLate ? {} : { replyStatus: status, replyType: type, replyBody: body }),
    })
    .where(and(eq(attempts.id, id), isNull(attempts.verdict)))
    .returning({ jobId: attempts.jobId, workspaceId: attempts.workspaceId });
  if (!row) return [];
  if (phase === 'running') await startRunning(tx, row, at);
  await tx
    .update(jobs)
    .set({ progress, updatedAt: at })
    .where(
      and(
        eq(jobs.id, row.jobId),
        isNull(jobs.finishedAt),
        sql`${jobs.progress} IS DISTINCT FROM ${progress}`,
      ),
    );
  return isLate ? [] : tellState(tx, row, { phase, body: Buffer.from(reply.body), at });
}

/** Its caller speaks the provider's own API, and not only a body of it. Null for a job without a request in native words. */
export const isPassedThrough = sql<boolean | null>`${jobs.native} ->> 'wire' = ${jobs.dialect}`;

/** Callers of a pass-through dialect hear of every state that the provider shows, once, in the provider's own words. */
async function tellState(
  tx: Transaction,
  ids: { jobId: string; workspaceId: string },
  { phase, body, at }: { phase: Look['verdict']['phase']; body: Buffer; at: Date },
): Promise<string[]> {
  const [job] = await tx
    .select({ url: jobs.callbackUrl, givenId: jobs.givenId, native: jobs.native })
    .from(jobs)
    .where(and(eq(jobs.id, ids.jobId), isPassedThrough, isNull(jobs.finishedAt)));
  if (!job?.url) return [];
  const [told] = await tx
    .select({ id: deliveries.id })
    .from(deliveries)
    .where(and(eq(deliveries.jobId, ids.jobId), inArray(deliveries.about, [phase, 'running'])))
    .limit(1);
  if (told) return [];
  const eventId = newId();
  await tx.insert(events).values({ id: eventId, ...ids, type: `provider.${phase}`, at });
  const [delivery] = await tx
    .insert(deliveries)
    .values({
      id: newId(),
      ...ids,
      url: job.url,
      eventId,
      body: Buffer.from(withGivenIds({ body }, givenIdsOf(job)).body),
      contentType: 'application/json',
      state: 'pending',
      createdAt: at,
      about: phase,
    })
    .returning({ id: deliveries.id });
  return delivery ? [delivery.id] : [];
}
