import type { Point } from './points';
import type { ReceiverWays } from './receiver';
import type { Part } from './rig';

/**
 * THE table: where a job stands when which process dies or is stopped, and how. One checker holds for all cells; a cell says only
 * which ends are right for it.
 */
export interface Cell {
  /** Read on from "kill table: ". */
  name: string;
  at: Place;
  strike: Strike;
  /** What the simulator is told; unique words are added. */
  job: string;
  ends: readonly End[];
  /** How the caller's endpoint takes messages; all of them unless it is said. */
  receiver?: ReceiverWays;
}

/** `waiting` = the provider renders and the worker has looked twice. */
export type Place = { process: 'api' | 'worker'; point: Point } | 'waiting';

export type Strike =
  | { kind: 'kill'; parts: readonly Part[] }
  /** SIGSTOP for longer than every deadline or until the job has ended, a second worker beside it, then SIGCONT. */
  | { kind: 'freeze'; part: 'api' | 'worker'; until: number | 'ended' }
  /** SIGTERM; whoever stands at the place is let go on after so many milliseconds, or never, and is cut. */
  | { kind: 'stop'; parts: readonly Part[]; release: number | 'never' };

/** `lost` = failed(submission_unknown): the one honest end of a submit whose answer nobody saw. */
export type End = 'succeeded' | 'lost';

/** Ends at its eighth look and posts no callback to the gateway. */
const POLLED = '[[sim polls=8 video=shared]]';
/** Runs a second and posts callbacks to the gateway. */
const TOLD = '[[sim seconds=1 video=shared]]';

const SUCCEEDED: readonly End[] = ['succeeded'];
const LOST: readonly End[] = ['lost'];
const EITHER: readonly End[] = ['succeeded', 'lost'];

interface Stage {
  stage: string;
  at: Place;
  job?: string;
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

const at = (process: 'api' | 'worker', point: Point): Place => ({ process, point });
const ALL: readonly Part[] = ['api', 'worker', 'engine', 'postgres'];
/** Longer than send deadline, grace, heartbeat and exchange. */
const FREEZE_MS = 4_000;
/** A stop finds the work in its middle, and it ends soon after. */
const SOON_MS = 300;
/** Longer than everything but a submit may go on. */
const LATE_MS = 2_000;
const CUT = { parts: ['worker'], release: 'never' } as const;

const STAGES: readonly Stage[] = [
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

export const CELLS: readonly Cell[] = STAGES.flatMap(
  ({ stage, at, receiver = 'taking', ...rest }) => {
    const { job = TOLD, ends = SUCCEEDED, kill = [], stop = [], freeze, thawed = SUCCEEDED } = rest;
    const killed = kill.map((parts): Cell => {
      const who = parts === ALL ? 'everything' : parts.join(' and ');
      return {
        name: `${who} killed ${stage}`,
        at,
        job,
        ends,
        receiver,
        strike: { kind: 'kill', parts },
      };
    });
    const stopped = stop.map(({ parts, release = SOON_MS }): Cell => {
      const who = parts === ALL ? 'everything' : parts.join(' and ');
      const name = `${who} stopped ${stage}${release === 'never' ? ', which was cut' : ''}`;
      return { name, at, job, ends: SUCCEEDED, receiver, strike: { kind: 'stop', parts, release } };
    });
    if (freeze === undefined) return [...killed, ...stopped];
    const part = at === 'waiting' ? 'worker' : at.process;
    const name = `${part} frozen ${stage}`;
    return [
      ...killed,
      ...stopped,
      { name, at, job, ends: thawed, receiver, strike: { kind: 'freeze', part, until: freeze } },
    ];
  },
);
