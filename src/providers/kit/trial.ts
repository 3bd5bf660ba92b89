import type { Reply } from '../../core/provider/exchange';
import type { PollReading, TrialReading } from '../../core/provider/provider';

/**
 * Reads the reply to a trial by what the same reply would say to a look: a job that the vendor itself does not know is
 * proof that it took the credential.
 */
export function trialOf(reply: Reply, look: PollReading): TrialReading {
  switch (look.kind) {
    case 'verdict':
    case 'empty':
    case 'gone':
      return { means: 'well' };
    case 'denied':
      return { means: 'denied', failure: look.failure };
    case 'follow':
      return { means: 'unclear', detail: `HTTP ${String(reply.status)}` };
    case 'transient':
      return { means: isElsewhere(reply) ? 'astray' : 'unclear', detail: look.detail };
  }
}

/** Says whether some server answers that is not the vendor: a page, a redirect, "no such path". */
function isElsewhere({ status }: Reply): boolean {
  return status < 400 || status === 404 || status === 405;
}
