import type { plainShape } from '../plain-request';
import type { Point } from './points';
import type { ReceiverWays } from './receiver';
import type { Part } from './rig';

/**
 * One row of the kill table: where a job stands when which process dies or is stopped, and how. One checker holds for all
 * cells; a cell says only which ends are right for it.
 */
export interface Cell {
  /** Read on from "kill table: ". */
  name: string;
  at: Place;
  strike: Strike;
  /** What the simulator is told; unique words are added. */
  job: string;
  video: VideoWish;
  ends: readonly End[];
  /** How the caller's endpoint takes messages; all of them unless it is said. */
  receiver?: ReceiverWays;
}

/** What is asked for beside the prompt: a model by its public name, and a shape that it offers. */
export type VideoWish = { model: string } & ReturnType<typeof plainShape>;

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
