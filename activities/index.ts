import { activityInfo } from '@temporalio/activity';
import { accept } from './accept';
import { admit } from './admit';
import { cancel } from './cancel';
import { cuttable } from './cut';
import { deliver, endDelivery } from './deliver';
import type { ActivityDeps } from './deps';
import { guarded } from './failure';
import { keep } from './keep';
import { lastLook, poll } from './poll';
import { settle } from './settle';
import { submit } from './submit';
import { sweep } from './sweep';

/** Everything a worker registers. Workflows see only its type. */
export function createActivities(all: ActivityDeps) {
  const deps = { ...all, outbound: cuttable(all.outbound) };
  const runSweep = guarded('sweep', deps, sweep(deps));
  return {
    accept: guarded('accept', deps, accept(deps)),
    admit: guarded('admit', deps, admit(deps)),
    submit: guarded('submit', all, submit(all), 'to its end'),
    poll: guarded('poll', deps, poll(deps, plannedAt)),
    lastLook: guarded('lastLook', deps, lastLook(deps)),
    cancel: guarded('cancel', deps, cancel(deps)),
    settle: guarded('settle', deps, settle(deps)),
    deliver: guarded('deliver', deps, deliver(deps)),
    endDelivery: guarded('endDelivery', deps, endDelivery(deps)),
    keep: guarded('keep', deps, keep(deps)),
    sweep: () => runSweep({}),
  };
}

/** Gives the moment for which the engine planned this try of an activity, in Unix milliseconds by the engine's clock. */
const plannedAt = (): number => activityInfo().currentAttemptScheduledTimestampMs;

export { createFirstCopies } from './first-copies';
export type Activities = ReturnType<typeof createActivities>;
export type { ActivityDeps, ActivityLimits, ActivityWaits } from './deps';
