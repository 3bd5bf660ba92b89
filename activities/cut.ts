import { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { Outbound } from '../src/core/ports/outbound';

/**
 * A process that stops lets its activities go on for a while and then cuts them; the engine gives what was cut to
 * another process, or to this one's next start. Only a stop cuts: an activity that its workflow cancels runs to its
 * end, since its rows tell what follows. A submit is never cut, because its answer was paid for.
 */

/** What the SDK says to activities whose worker is stopping and whose grace is over. */
const STOPPED = 'WORKER_SHUTDOWN';

/** Calls `whenCut` when this process may wait for the running activity no longer. */
function onCut(whenCut: (failure: CancelledFailure) => void): void {
  const { cancellationSignal: signal } = Context.current();
  const cut = (): void => {
    const { reason } = signal as { reason: unknown };
    if (reason instanceof CancelledFailure && reason.message === STOPPED) whenCut(reason);
  };
  if (signal.aborted) cut();
  else signal.addEventListener('abort', cut, { once: true });
}

/** Runs the activity; one that is cut may end by itself for `cutMs` milliseconds more, and is then left behind. */
export async function cutAtStop<Result>(
  cutMs: number,
  run: () => Promise<Result>,
): Promise<Result> {
  let failure: CancelledFailure | undefined;
  let timer: NodeJS.Timeout | undefined;
  const left = new Promise<never>((_, reject) => {
    onCut((cut) => {
      failure = cut;
      timer = setTimeout(reject, cutMs, cut);
    });
  });
  try {
    return await Promise.race([run(), left]);
  } catch (error) {
    // Whatever it failed with then, it failed because it was cut.
    throw failure && !(error instanceof ApplicationFailure) ? failure : error;
  } finally {
    clearTimeout(timer);
  }
}

/** The port that is returned ends its exchanges when the activity that runs them is cut; it works inside activities only. */
export const cuttable = (outbound: Outbound): Outbound => endedBy(outbound, cutSignal);

/** The port that is returned ends each exchange when the signal says so that `signalOf` gave at its beginning. */
export function endedBy(outbound: Outbound, signalOf: () => AbortSignal): Outbound {
  return {
    ...outbound,
    call: (call, options) => outbound.call(call, { ...options, signal: signalOf() }),
    open: (url, options) => outbound.open(url, { ...options, signal: signalOf() }),
  };
}

function cutSignal(): AbortSignal {
  const controller = new AbortController();
  onCut((failure) => {
    controller.abort(failure);
  });
  return controller.signal;
}
