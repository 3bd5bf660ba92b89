import { and, desc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Reply } from '../../core/provider/exchange';
import type { Job } from '../../core/job/job';
import type { StoredReply } from '../../core/provider/native';
import type { Operation } from '../../core/job/outcome';
import type { AttemptReplies } from '../../core/ports/store/attempts';
import { isStorable } from '../../core/text';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { Database } from '../base/database';
import { toJob } from '../jobs/job-row';
import { attempts, jobs } from '../schema';

/** What providers said, as bytes, and the jobs that go by a provider's own handle. */

export function replyColumns(reply: Reply | undefined) {
  return {
    status: reply?.status ?? null,
    type: reply?.headers['content-type'] ?? null,
    body: reply ? Buffer.from(reply.body) : null,
  };
}

export function toReply(
  status: number | null,
  type: string | null,
  body: Buffer | null,
): StoredReply | undefined {
  return status === null || body === null ? undefined : { status, type: type ?? undefined, body };
}

const REPLIES = {
  submitReplyStatus: attempts.submitReplyStatus,
  submitReplyType: attempts.submitReplyType,
  submitReplyBody: attempts.submitReplyBody,
  replyStatus: attempts.replyStatus,
  replyType: attempts.replyType,
  replyBody: attempts.replyBody,
};

export async function latestRepliesOf(
  db: Database,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, AttemptReplies>> {
  if (jobIds.length === 0) return new Map();
  const rows = await db
    .selectDistinctOn([attempts.jobId], { ...ATTEMPT, ...REPLIES })
    .from(attempts)
    .where(inArray(attempts.jobId, [...jobIds]))
    .orderBy(attempts.jobId, desc(attempts.number));
  return new Map(
    rows.map((row) => [
      row.jobId,
      {
        attempt: toAttempt(row),
        submitReply: toReply(row.submitReplyStatus, row.submitReplyType, row.submitReplyBody),
        reply: toReply(row.replyStatus, row.replyType, row.replyBody),
      },
    ]),
  );
}

/** The index holds digests. Undefined for a handle that no row can hold, which then belongs to no job. */
export function isOperation(operation: Operation): SQL | undefined {
  if (!isStorable(operation)) return undefined;
  const json = sql`${JSON.stringify(operation)}::jsonb`;
  return sql`md5(${attempts.operation}::text) = md5(${json}::text) AND ${attempts.operation} = ${json}`;
}

export async function byOperation(
  db: Database,
  workspaceId: string,
  provider: string,
  operation: Operation,
): Promise<Job | undefined> {
  const isIt = isOperation(operation);
  if (!isIt) return undefined;
  const [row] = await db
    .select({ job: jobs })
    .from(attempts)
    .innerJoin(jobs, eq(jobs.id, attempts.jobId))
    .where(
      and(
        isIt,
        eq(attempts.provider, provider),
        eq(attempts.workspaceId, workspaceId),
        isNull(jobs.deletedAt),
      ),
    )
    .orderBy(desc(jobs.createdAt))
    .limit(1);
  return row && toJob(row.job);
}

export async function isKnown(
  db: Database,
  provider: string,
  operation: Operation,
): Promise<boolean> {
  const isIt = isOperation(operation);
  if (!isIt) return false;
  const rows = await db
    .select({ id: attempts.id })
    .from(attempts)
    .where(and(isIt, eq(attempts.provider, provider)))
    .limit(1);
  return rows.length > 0;
}
