import { activityInfo } from '@temporalio/activity';
import type { StepName } from '../src/core/ports/traces';
import { accept } from './accept';
import { admit } from './admit';
import { cancel } from './cancel';
import { cuttable } from './cut';
import { deliver, endDelivery } from './deliver';
import type { ActivityDeps } from './deps';
import { guarded, traced } from './failure';
import { keep } from './keep';
import { lastLook, poll } from './poll';
import { settle } from './settle';
import { submit } from './submit';
import { sweep } from './sweep';

/** Everything a worker registers. Workflows see only its type. */
export function createActivities(all: ActivityDeps) {
  const deps = { ...all, outbound: cuttable(all.outbound) };
  const step = <Input extends object, Result>(
    name: StepName,
    activity: (input: Input) => Promise<Result>,
  ) => traced(name, deps, guarded(name, deps, activity));
  const runSweep = guarded('sweep', deps, sweep(deps));
  return {
    accept: step('accept', accept(deps)),
    admit: guarded('admit', deps, admit(deps)),
    submit: traced('submit', all, guarded('submit', all, submit(all), 'to its end')),
    poll: step('poll', poll(deps, plannedAt)),
    lastLook: step('lastLook', lastLook(deps)),
    cancel: step('cancel', cancel(deps)),
    settle: step('settle', settle(deps)),
    deliver: step('deliver', deliver(deps)),
    endDelivery: guarded('endDelivery', deps, endDelivery(deps)),
    keep: step('keep', keep(deps)),
    sweep: () => runSweep({}),
  };
}

/** Gives the moment for which the engine planned this try of an activity, in Unix milliseconds by the engine's clock. */
const plannedAt = (): number => activityInfo().currentAttemptScheduledTimestampMs;

export { createFirstCopies } from './first-copies';
export type Activities = ReturnType<typeof createActivities>;
export type { ActivityDeps, ActivityLimits, ActivityWaits } from './deps';
