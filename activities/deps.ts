import type { Dialect, RenderContext } from '../src/core/api/dialect';
import type { Principal } from '../src/core/api/principal';
import type { Creation } from '../src/core/job/creation';
import type { Caps } from '../src/core/slots/caps';
import type { PlanWaits } from '../src/core/job/plan';
import type { Metrics } from '../src/core/ports/metrics';
import type { Traces } from '../src/core/ports/traces';
import type { Limits } from '../src/core/settings/limits';
import type { Retention } from '../src/core/settings/retention';
import type { Waits } from '../src/core/settings/waits';
import type { AttemptDeps, AttemptLimits, AttemptWaits } from '../src/attempts/deps';
import type { ByteGate } from './byte-gate';
import type { AlertTarget } from '../src/core/money/alerts';
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
  /** Reads the config of this process again where another version was told. Never throws. */
  refreshConfig(): Promise<void>;
  /** How many jobs may run at once, and for whom. */
  caps: Caps;
  metrics: Metrics;
  /** The place at which the operator hears of budgets and balances; undefined where nobody wants to. */
  alerts?: AlertTarget | undefined;
  /** Makes the spans of this process; undefined where nobody exports any. */
  traces?: Traces | undefined;
  /** Creates a job as the gateway does, without the start. Gives its id, or that of an equal request's job. */
  accept(principal: Principal, creation: Creation): Promise<string>;
  /** Aborts when this process was asked to stop: what was not begun is then another's. */
  stopping: AbortSignal;
}

/** The waits of the config that activities keep to. */
export type ActivityWaits = AttemptWaits &
  PlanWaits &
  Pick<Waits, SubmitWait | TellingWait | 'cadence' | 'lookRetryMs' | SweepWait | StopWait>;

type SubmitWait =
  | 'configLagMs'
  | 'admitRetryMs'
  | 'turnsEveryMs'
  | 'unknownGraceMs'
  | 'unknownLookMs'
  | 'sendRoomMs'
  | 'busyMs';
type TellingWait =
  | 'deliverySchedule'
  | 'deliveryTimeoutMs'
  | 'firstTryMs'
  | 'keepTimeoutMs'
  | 'keepForMs'
  | 'startAgainMs'
  | 'startAgainMaxMs';
type SweepWait =
  | 'deliveryOverdueMs'
  | 'startClaimMs'
  | 'sweepAgeMs'
  | 'sweepClosedMs'
  | 'sweepStepMs'
  | 'ledgerCheckEveryMs'
  | 'ledgerCheckMs'
  | 'reviewMs'
  | 'blobAgeMs';
type StopWait = 'shutdownMs' | 'cutMs';

/** The limits of the config that activities keep to. */
export type ActivityLimits = AttemptLimits &
  Pick<Limits, TellingLimit | SweepLimit | 'prepareTriesMax'>;

type TellingLimit =
  | 'resultBytesMax'
  | 'excerptBytesMax'
  | 'deliveriesPerHost'
  | 'deliveriesPerWorkspace'
  | 'deliveriesAtOnce'
  | 'firstTriesAtOnce'
  | 'copiesAtOnce';
type SweepLimit =
  'sweepRows' | 'sweepAtOnce' | 'sweepEntries' | 'sweepFiles' | 'restartsMax' | 'checkRows';
