import type { Dialect, RenderContext } from '../src/core/api/dialect';
import type { Principal } from '../src/core/api/principal';
import type { Creation } from '../src/core/job/creation';
import type { PlanWaits } from '../src/core/job/plan';
import type { Retention } from '../src/core/operator/retention';
import type { Cadence } from '../src/core/schedules';
import type { AttemptDeps, AttemptLimits, AttemptWaits } from '../src/attempts/deps';
import type { ByteGate } from './byte-gate';
import type { HungHosts } from './hung-hosts';
import type { Places } from './places';

/** What the activities stand on; `main` hands over the real ones. */
export interface ActivityDeps extends AttemptDeps {
  /** Memory that submits may hold at once in this process. */
  sending: ByteGate;
  /** Deliveries and copies of this process take one before they begin. */
  places: Places;
  /** Hosts to which no first try is made, since one has just hung there. */
  hungHosts: HungHosts;
  /** Is told of each result that is to be copied. */
  firstCopies: { wake(): void };
  dialects: Readonly<Record<string, Dialect>>;
  render: RenderContext;
  waits: ActivityWaits;
  limits: ActivityLimits;
  retention: Retention;
  /** Creates a job as the gateway does, without the start. Gives its id, or that of an equal request's job. */
  accept(principal: Principal, creation: Creation): Promise<string>;
  /** Aborts when this process was asked to stop: what was not begun is then another's. */
  stopping: AbortSignal;
}

/** Named waits, from config; milliseconds. */
export interface ActivityWaits extends AttemptWaits, PlanWaits {
  /** A POST that is past its deadline counts as unknown only when this has passed too. */
  unknownGraceMs: number;
  /** A submit waits here for memory for so long, then goes back to the engine for a moment. */
  sendRoomMs: number;
  /** Pause between two lookups of an unknown submit. */
  unknownLookMs: number;
  /**
   * A channel that is busy for this long is given up for the next one. The last one, too, unless all that it lacks is
   * a free slot: for that a job waits until its deadline.
   */
  busyMs: number;
  /** Pause before a cancel or a last look that got no answer is tried again. */
  lookRetryMs: number;
  cadence: Cadence;
  deliverySchedule: readonly number[];
  deliveryTimeoutMs: number;
  /** The first try of a callback ends after this, since the end of a job waits for it. */
  firstTryMs: number;
  /** A message that is still pending after this has lost its workflow; longer than its whole schedule. */
  deliveryOverdueMs: number;
  keepTimeoutMs: number;
  sweepAgeMs: number;
  /** First and longest pause before what could not be started, or claimed, is tried again. */
  startAgainMs: number;
  startAgainMaxMs: number;
  /** What runs when a stop is asked for may go on for so long and is then cut. */
  shutdownMs: number;
  /** A claim on the start of a job lasts this long. */
  startClaimMs: number;
  /** How far back the sweep looks at closed runs. */
  sweepClosedMs: number;
  /** A step of the sweep begins no further row after this. */
  sweepStepMs: number;
  /** Pause between two restarts of a job in review whose deadline is over. */
  reviewMs: number;
  /** A copy of a result is tried for this long, then it gives up; shorter than its workflow's 24 hours. */
  keepForMs: number;
  /** How old a stored file that nothing names becomes. */
  blobAgeMs: number;
  /** What a stop of the process cuts may tidy up for this long. */
  cutMs: number;
}

export interface ActivityLimits extends AttemptLimits {
  resultBytesMax: number;
  excerptBytesMax: number;
  sweepRows: number;
  /** Rows that one step of the sweep works on at once. */
  sweepAtOnce: number;
  restartsMax: number;
  /** A submit that cannot be prepared so many times ends its job. */
  prepareTriesMax: number;
  /** Callbacks that this process sends at once: to one host, of one workspace, in all. */
  deliveriesPerHost: number;
  deliveriesPerWorkspace: number;
  deliveriesAtOnce: number;
  /** First tries of callbacks that this process makes at once; each keeps a settle from its end. */
  firstTriesAtOnce: number;
  /** Results that this process copies at once; half of them of one workspace. */
  copiesAtOnce: number;
  /** Stored files that one sweep looks at. */
  sweepFiles: number;
}
