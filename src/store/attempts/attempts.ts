import { desc, eq, inArray } from 'drizzle-orm';
import type { AttemptStore } from '../../core/ports/store/attempts';
import { openAttempt, reopenAttempt, repeatAttempt } from './attempt-opens';
import { ATTEMPT, toAttempt } from './attempt-row';
import type { Database } from '../base/database';
import { endDoubt, recordDoubt } from './doubts';
import { recordLook } from './looks';
import { isKnown, latestRepliesOf } from './replies';
import { attempts } from '../schema';
import { recordSubmit } from './submits';
import { usualTime } from './usual-time';
import { watchedBy, watchedOf } from './watched';

export function attemptStore(db: Database, options: { usualMemoMs: number }): AttemptStore {
  return {
    async latest(jobId) {
      const [row] = await db
        .select(ATTEMPT)
        .from(attempts)
        .where(eq(attempts.jobId, jobId))
        .orderBy(desc(attempts.number))
        .limit(1);
      return row && toAttempt(row);
    },
    watched: watchedBy(db, 'attempt_watched', attempts.jobId),
    watchedOf: (jobIds) => watchedOf(db, jobIds),
    async lookAlone(ids) {
      await db
        .update(attempts)
        .set({ looksAlone: true })
        .where(inArray(attempts.id, [...ids]));
    },
    watchedByToken: watchedBy(db, 'attempt_by_token', attempts.callbackTokenHash),
    open: (attempt) => openAttempt(db, attempt),
    reopen: (id, times) => reopenAttempt(db, id, times),
    repeat: (id, times) => repeatAttempt(db, id, times),
    recordSubmit: (id, reading, now, send) => recordSubmit(db, { id, reading, now, send }),
    recordLook: (id, look) => recordLook(db, id, look),
    recordDoubt: (id, doubt) => recordDoubt(db, id, doubt),
    endDoubt: (id) => endDoubt(db, id),
    isKnown: (provider, operation) => isKnown(db, provider, operation),
    latestReplies: (jobIds) => latestRepliesOf(db, jobIds),
    usualMs: usualTime(db, options.usualMemoMs),
  };
}
