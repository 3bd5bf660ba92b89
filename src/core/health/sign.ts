import type { CallResult } from '../ports/outbound';
import type { SubmitReading } from '../provider/provider';
import type { Sign } from './breaker';

const TOO_MANY_REQUESTS = 429;

/**
 * Says what the end of a submit tells of its channel; undefined where it tells nothing, since a stop or a delay of our own
 * ended it. A refusal of the request itself is the answer of a healthy provider; one that takes `slowMs` or longer to
 * accept a job is not, unless it is a server of the operator's own: such a one may answer when the video is made.
 */
export function signOf(
  reading: SubmitReading,
  result: CallResult,
  { slowMs, selfHosted = false }: { slowMs: number; selfHosted?: boolean | undefined },
): Sign | undefined {
  switch (reading.state) {
    case 'accepted':
      return !selfHosted && result.kind === 'reply' && result.durationMs >= slowMs ? 'bad' : 'good';
    case 'unknown':
      return result.kind === 'no_reply' && result.reason === 'aborted' ? undefined : 'bad';
    case 'refused':
      if (reading.scope === 'final') return 'good';
      return reading.until === 'slot' ? 'busy' : refusedBy(result);
  }
}

function refusedBy(result: CallResult): Sign | undefined {
  switch (result.kind) {
    case 'reply':
      return result.reply.status === TOO_MANY_REQUESTS ? 'busy' : 'bad';
    case 'not_sent':
      return result.reason === 'deadline' ? undefined : 'bad';
    case 'no_reply':
      return 'bad';
  }
}
