import { cancel } from './cancel';
import { deliver } from './deliver';
import type { ActivityDeps } from './deps';
import { guarded } from './failure';
import { keep } from './keep';
import { lastLook, poll } from './poll';
import { settle } from './settle';
import { submit } from './submit';
import { sweep } from './sweep';

/** Everything a worker registers. Workflows see only its type. */
export function createActivities(deps: ActivityDeps) {
  const { log } = deps;
  const runSweep = guarded('sweep', log, sweep(deps));
  return {
    submit: guarded('submit', log, submit(deps)),
    poll: guarded('poll', log, poll(deps)),
    lastLook: guarded('lastLook', log, lastLook(deps)),
    cancel: guarded('cancel', log, cancel(deps)),
    settle: guarded('settle', log, settle(deps)),
    deliver: guarded('deliver', log, deliver(deps)),
    keep: guarded('keep', log, keep(deps)),
    sweep: () => runSweep({}),
  };
}

export type Activities = ReturnType<typeof createActivities>;
export type { ActivityDeps, ActivityLimits, ActivityWaits } from './deps';
