import { isTerminal, type JobState } from '../../core/job/job';
import type { Headers } from '../../core/provider/exchange';
import type { Jobs } from '../../core/ports/gateway/jobs';

/**
 * Returns `openai-poll-after-ms: 5000` for a job that goes on, and nothing for one that has ended. OpenAI's Python
 * client asks again after so many milliseconds, and every second where an answer has no such header.
 */
export const pollAfter = (
  { pollAfterMs }: Pick<Jobs, 'pollAfterMs'>,
  { state }: { state: JobState },
): Headers => (isTerminal(state) ? {} : { 'openai-poll-after-ms': String(pollAfterMs) });
