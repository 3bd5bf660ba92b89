import { failure } from '../../core/errors';
import { given } from '../../core/json/fields';
import type { Verdict } from '../../core/job/outcome';
import type { Reply } from '../../core/provider/exchange';
import type { PollReading } from '../../core/provider/provider';
import { retryAfterOf } from '../../core/schedules';
import { cutWord, type Words } from './words';

/** Says whether the HTTP status is one of success. 201 and 202 are as good as 200: the body says what was done. */
export const isSuccess = ({ status }: Reply): boolean => status >= 200 && status <= 299;

/** Returns the reading of a reply that says nothing of the job. `detail` is a code or a few words, for the log. */
export function transient(reply: Reply, detail = ''): PollReading {
  return {
    kind: 'transient',
    detail: `HTTP ${String(reply.status)} ${detail}`.trim(),
    ...given({ retryAfterMs: retryAfterOf(reply) }),
  };
}

/** Returns the reading of a reply in which the vendor itself, in its own error shape, knows no such job. */
export function gone(words: Words, { status }: Reply): PollReading {
  return { kind: 'gone', failure: failure('provider_lost', { provider: { ...words, status } }) };
}

/** Returns the reading of a reply in which the vendor itself, in its own error shape, forbids the look. */
export function denied(words: Words, { status }: Reply): PollReading {
  const provider = { ...words, status };
  return { kind: 'denied', failure: failure('provider_denied', { provider }) };
}

/** Returns the verdict of a job that goes on. `progress` is 0 to 100, null where the vendor tells none. */
export function running(phase: 'queued' | 'running', progress: number | null = null): Verdict {
  return { state: 'running', progress, phase };
}

/** Returns the verdict of a job whose status is a word that is new to us: it goes on, and operators are told the word. */
export function runningAs(word: string, progress: number | null = null): Verdict {
  return { state: 'running', progress, phase: 'running', unknownStatus: cutWord(word) };
}
