import { proxyActivities } from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities';
import {
  ADMIT_ACTIVITY,
  AWAIT_ACTIVITY,
  CALLBACKS_QUEUE,
  VIDEO_QUEUE,
  providerQueue,
} from './contract';
import type { JobPlan, PlanWaits } from './contract';

/**
 * How each activity is asked for: its queue, how long one try and all of them may take, and the pause between two. The
 * constants are the same for every run; a run adds the waits that its input brought.
 */

/**
 * A cancelled activity is waited for. The SDK documents that as its default, and behaves as TRY_CANCEL where it is not
 * said: a POST in flight would be orphaned.
 */
const WAITED_FOR = { cancellationType: 'WAIT_CANCELLATION_COMPLETED' } satisfies ActivityOptions;

/** Accept is one transaction of ours; a try that takes 30 s has lost its worker. */
const ACCEPT = {
  ...WAITED_FOR,
  taskQueue: VIDEO_QUEUE,
  startToCloseTimeout: '30s',
  retry: { maximumInterval: '30s' },
} satisfies ActivityOptions;

/** Settle is one transaction and the first try of a callback. It overtakes what is planned, and is tried for ever. */
const SETTLE = {
  ...WAITED_FOR,
  taskQueue: VIDEO_QUEUE,
  startToCloseTimeout: '30s',
  retry: { maximumInterval: '30s' },
  priority: { priorityKey: 1 },
} satisfies ActivityOptions;

/** Submit overtakes planned looks; a provider that is busy sets its own pause. */
const SUBMIT = {
  ...WAITED_FOR,
  retry: { initialInterval: '1s', maximumInterval: '30s' },
  priority: { priorityKey: 1 },
} satisfies ActivityOptions;

/** Admit waits for a slot, under an id by which the job that gives one back ends it. It gives way to all else. */
const ADMIT = {
  ...WAITED_FOR,
  taskQueue: VIDEO_QUEUE,
  activityId: ADMIT_ACTIVITY,
  startToCloseTimeout: '30s',
  retry: { maximumInterval: '1m' },
  priority: { priorityKey: 3 },
} satisfies ActivityOptions;

/** A look that got no answer comes again each 5 s. */
const LOOK = {
  ...WAITED_FOR,
  retry: { initialInterval: '5s', backoffCoefficient: 1 },
} satisfies ActivityOptions;

/** Poll is the whole wait for a verdict, under an id by which a callback of the provider ends it. It gives way. */
const POLL = {
  ...LOOK,
  activityId: AWAIT_ACTIVITY,
  priority: { priorityKey: 3 },
} satisfies ActivityOptions;

/** The last look is taken when the deadline has passed and before it counts. */
const LAST_LOOK = {
  ...LOOK,
  summary: 'a last look before the deadline counts',
} satisfies ActivityOptions;

/** Cancel looks, calls and looks again. It overtakes planned looks. */
const CANCEL = { ...LOOK, priority: { priorityKey: 1 } } satisfies ActivityOptions;

/** Deliver is one try of a callback: its receiver has `waits.deliveryTimeoutMs` of these 45 s, the rows the rest. */
const DELIVER = {
  ...WAITED_FOR,
  taskQueue: CALLBACKS_QUEUE,
  startToCloseTimeout: '45s',
  retry: { initialInterval: '1s', maximumInterval: '1m' },
  summary: 'one try',
} satisfies ActivityOptions;

/** Keep copies a result; its row says that it gave up (`waits.keepForMs`) before these 24 h are over. */
const KEEP = {
  ...WAITED_FOR,
  taskQueue: CALLBACKS_QUEUE,
  startToCloseTimeout: '15m',
  scheduleToCloseTimeout: '24h',
  retry: { initialInterval: '2s', maximumInterval: '10m' },
  summary: 'copy the result',
} satisfies ActivityOptions;

/** Each step of the sweep has an end of its own; a worker that dies is told by its heartbeat. */
const SWEEP = {
  ...WAITED_FOR,
  taskQueue: VIDEO_QUEUE,
  startToCloseTimeout: '5m',
  retry: { maximumAttempts: 3 },
} satisfies ActivityOptions;

/** The proxy of accept, for a workflow that nobody made a job for. */
export const acceptActivity = proxyActivities<Pick<Activities, 'accept'>>(ACCEPT).accept;

/** Returns the proxy of admit, which waits until the job's deadline at most. */
export const admitActivity = ({ model, deadlineAt, waits }: JobPlan) =>
  proxyActivities<Pick<Activities, 'admit'>>({
    ...ADMIT,
    heartbeatTimeout: waits.heartbeatMs,
    scheduleToCloseTimeout: Math.max(1, deadlineAt - Date.now()),
    summary: `${model}: wait for a slot`,
  }).admit;

/** Returns the proxy of settle. */
export const settleActivity = ({ heartbeatMs }: Beat) =>
  proxyActivities<Pick<Activities, 'settle'>>({ ...SETTLE, heartbeatTimeout: heartbeatMs }).settle;

/**
 * Returns the proxies of what asks one provider, on its queue. How long each is tried counts from this moment: they are
 * made anew for each step.
 */
export function atProvider(
  { model, deadlineAt, waits }: JobPlan,
  { provider }: { provider: string },
) {
  const leftMs = Math.max(1, deadlineAt - Date.now());
  const common = { taskQueue: providerQueue(provider), heartbeatTimeout: waits.heartbeatMs };
  const look = { ...common, startToCloseTimeout: waits.exchangeMs * EXCHANGES_PER_LOOK };
  const { submit } = proxyActivities<Pick<Activities, 'submit'>>({
    ...SUBMIT,
    ...common,
    startToCloseTimeout: waits.sendMs + SEND_MARGIN_MS,
    scheduleToCloseTimeout: leftMs + waits.sendMs + waits.unknownMs + SEND_MARGIN_MS,
    summary: `${model}: submit`,
  });
  const { poll } = proxyActivities<Pick<Activities, 'poll'>>({
    ...POLL,
    ...look,
    scheduleToCloseTimeout: leftMs,
    summary: `${model} on ${provider}`,
  });
  const { lastLook } = proxyActivities<Pick<Activities, 'lastLook'>>({
    ...LAST_LOOK,
    ...look,
    scheduleToCloseTimeout: waits.lastLookMs,
  });
  const { cancel } = proxyActivities<Pick<Activities, 'cancel'>>({
    ...CANCEL,
    ...look,
    scheduleToCloseTimeout: waits.cancelMs,
  });
  return { submit, poll, lastLook, cancel };
}

/** A look may follow three further calls; a cancel is look, call, look. */
const EXCHANGES_PER_LOOK = 5;
/** A submit outlives its POST by this, so that the answer is stored before the engine gives the try up. */
const SEND_MARGIN_MS = 60_000;

type Beat = Pick<PlanWaits, 'heartbeatMs'>;

/** Returns the proxies of one delivery. */
export const deliveryActivities = ({ heartbeatMs }: Beat) =>
  proxyActivities<Pick<Activities, 'deliver' | 'endDelivery'>>({
    ...DELIVER,
    heartbeatTimeout: heartbeatMs,
  });

/** Returns the proxy of keep. */
export const keepActivity = ({ heartbeatMs }: Beat) =>
  proxyActivities<Pick<Activities, 'keep'>>({ ...KEEP, heartbeatTimeout: heartbeatMs }).keep;

/** Returns the proxy of the sweep. */
export const sweepActivity = ({ heartbeatMs }: Beat) =>
  proxyActivities<Pick<Activities, 'sweep'>>({ ...SWEEP, heartbeatTimeout: heartbeatMs }).sweep;
