import type { End, Place, VideoWish } from './cell';
import type { Point } from './points';
import type { ReceiverWays } from './receiver';
import type { Part } from './rig';

/** Ends at its eighth look and posts no callback to the gateway. */
export const POLLED = '[[sim polls=8 video=shared]]';
/** Runs a second and posts callbacks to the gateway, where its provider has such. */
export const TOLD = '[[sim seconds=1 video=shared]]';

export const SUCCEEDED: readonly End[] = ['succeeded'];
export const LOST: readonly End[] = ['lost'];
const EITHER: readonly End[] = ['succeeded', 'lost'];

/** A moment in a job's life, and who dies, freezes or stops there. */
export interface Stage {
  stage: string;
  at: Place;
  job?: string;
  /** Ark's, unless it is said. */
  video?: VideoWish;
  ends?: readonly End[];
  receiver?: ReceiverWays;
  kill?: readonly (readonly Part[])[];
  /** Milliseconds, or until the job has ended without the frozen one. */
  freeze?: number | 'ended';
  /** An orderly stop loses no job, wherever it stands; `ends` says nothing about it. */
  stop?: readonly { parts: readonly Part[]; release?: number | 'never' }[];
  /** The ends that a frozen process may bring where they differ from a dead one's. */
  thawed?: readonly End[];
}

export const at = (process: 'api' | 'worker', point: Point): Place => ({ process, point });
export const ALL: readonly Part[] = ['api', 'worker', 'engine', 'postgres'];
/** Longer than send deadline, grace, heartbeat and exchange. */
const FREEZE_MS = 4_000;
/** A stop finds the work in its middle, and it ends soon after. */
export const SOON_MS = 300;
/** Longer than everything but a submit may go on. */
const LATE_MS = 2_000;
const CUT = { parts: ['worker'], release: 'never' } as const;

/** THE table, of one provider; `provider-stages.ts` has the moments round the POST for every other. */
export const STAGES: readonly Stage[] = [
  {
    stage: 'before create is committed',
    at: at('api', 'before store.jobs.create'),
    stop: [{ parts: ['api'] }],
    kill: [['api'], ['postgres'], ['engine']],
  },
  {
    stage: 'after the commit of create and before the start',
    at: at('api', 'after store.jobs.create'),
    stop: [{ parts: ['api'] }, { parts: ALL }],
    kill: [['api'], ['engine'], ['postgres'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'with the start claimed, before the engine is asked',
    at: at('api', 'after store.starts.claim'),
    stop: [{ parts: ['api'] }, { parts: ALL }],
    kill: [['api'], ['engine'], ['postgres'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'after the start and before it is noted',
    at: at('api', 'after engine.startJob'),
    stop: [{ parts: ['api'] }],
    kill: [['api'], ['engine'], ['postgres']],
  },
  {
    stage: 'before the attempt is opened',
    at: at('worker', 'before store.attempts.open'),
    stop: [{ parts: ['worker'] }],
    kill: [['worker'], ['engine'], ['postgres']],
    freeze: FREEZE_MS,
  },
  {
    stage: 'with the attempt open, before the POST',
    at: at('worker', 'before outbound.submit'),
    stop: [{ parts: ['worker'] }, { parts: ALL }],
    job: POLLED,
    kill: [['worker'], ALL],
    ends: LOST,
  },
  {
    stage: 'with the attempt open, before the POST',
    at: at('worker', 'before outbound.submit'),
    job: POLLED,
    kill: [['engine'], ['postgres'], ['simulator']],
    freeze: FREEZE_MS,
    // Thawed in time it says that nothing was sent, and the job is sent; thawed later the job was given up.
    thawed: EITHER,
  },
  {
    stage: 'with the attempt open, before the POST, until the job was given up',
    at: at('worker', 'before outbound.submit'),
    job: POLLED,
    freeze: 'ended',
    thawed: LOST,
  },
  {
    stage: 'after the POST, before its answer is stored, of a provider that only answers',
    at: at('worker', 'after outbound.submit'),
    stop: [
      { parts: ['worker'], release: LATE_MS },
      { parts: ALL, release: LATE_MS },
    ],
    job: POLLED,
    kill: [['worker'], ALL],
    ends: LOST,
    freeze: 'ended',
    thawed: LOST,
  },
  {
    stage: 'after the POST, before its answer is stored, of a provider that calls back',
    at: at('worker', 'after outbound.submit'),
    kill: [['worker'], ['engine'], ['postgres']],
    freeze: FREEZE_MS,
  },
  {
    stage: 'with the answer stored, before the engine knows',
    at: at('worker', 'after store.attempts.recordSubmit'),
    stop: [{ parts: ['worker'] }],
    job: POLLED,
    kill: [['worker'], ['engine'], ['postgres']],
    freeze: FREEZE_MS,
  },
  {
    stage: 'while the job waits',
    at: 'waiting',
    stop: [{ parts: ['api'] }, { parts: ['worker'] }, { parts: ALL }],
    job: POLLED,
    kill: [['api'], ['worker'], ['engine'], ['postgres'], ['simulator'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'in the middle of a look',
    at: at('worker', 'before outbound.look'),
    stop: [{ parts: ['worker'] }, CUT, { parts: ALL }],
    job: POLLED,
    kill: [['worker'], ['engine'], ['simulator']],
    freeze: FREEZE_MS,
  },
  {
    stage: 'after a look, before it is stored',
    at: at('worker', 'before store.attempts.recordLook'),
    job: POLLED,
    kill: [['worker'], ['postgres']],
  },
  {
    stage: 'in settle before its commit',
    at: at('worker', 'before store.jobs.settle'),
    stop: [{ parts: ['worker'] }, CUT, { parts: ALL }],
    kill: [['worker'], ['engine'], ['postgres'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'in settle after its commit',
    at: at('worker', 'after store.jobs.settle'),
    stop: [{ parts: ['worker'] }, CUT],
    kill: [['worker'], ['engine'], ['postgres'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'with the first try begun, before the receiver hears of it',
    at: at('worker', 'before outbound.deliver'),
    stop: [{ parts: ['worker'] }, CUT, { parts: ALL }],
    kill: [['worker'], ['engine'], ['postgres']],
    freeze: FREEZE_MS,
  },
  {
    stage: 'after the 2xx of the receiver to the first try, before it is recorded',
    at: at('worker', 'after outbound.deliver'),
    stop: [{ parts: ['worker'] }, CUT],
    kill: [['worker'], ['engine'], ['postgres'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'after a failed first try, before its workflow starts',
    at: at('worker', 'after store.deliveries.endTry'),
    receiver: 'refusing once',
    stop: [{ parts: ['worker'] }, CUT],
    kill: [['worker'], ['engine'], ['postgres'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'after the delivery started, before that is noted',
    at: at('worker', 'after engine.startDelivery'),
    receiver: 'refusing once',
    kill: [['worker'], ['engine'], ['postgres']],
  },
  {
    stage: 'with the first copy claimed, before the file is asked for',
    at: at('worker', 'after store.keeps.claim'),
    stop: [{ parts: ['worker'] }, CUT, { parts: ALL }],
    kill: [['worker'], ['engine'], ['postgres'], ALL],
    freeze: FREEZE_MS,
  },
  {
    stage: 'before the result is copied',
    at: at('worker', 'before blobs.put'),
    stop: [{ parts: ['worker'] }, CUT, { parts: ALL }],
    kill: [['worker'], ['simulator']],
    freeze: FREEZE_MS,
  },
  {
    stage: 'with the result copied, before that is noted',
    at: at('worker', 'before store.keeps.record'),
    stop: [{ parts: ['worker'] }, CUT],
    kill: [['worker'], ['engine'], ['postgres']],
    freeze: FREEZE_MS,
  },
];
