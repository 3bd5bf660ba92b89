import type { BareAnswer } from '../children/bare';
import type { CallsAnswer } from '../children/callers';
import type { Pace } from '../math/pace';
import { ratioOf, rounded, spreadOf } from '../math/statistics';
import type { Plan } from '../plan';
import { createsOf } from './context';
import type { Context } from './context';
import { rateOf } from './reads';
import type { CallRate } from './reads';

/** Creates alone, in a burst and at a pace of their own; workers run as ever and submit what was created. */
export interface CreateFigures {
  requests: number;
  /** Connections of a burst, which sends as fast as it is answered; absent for an open loop. */
  connections?: number;
  /** Rate of the open loop; absent for a burst. */
  wanted_per_s?: number;
  ratio: number;
  bare: CallRate;
  ours: CallRate & { failed: number };
}

/** Both are as fast as they get only after some work. */
const WARM_UP: Pace = { kind: 'closed', atOnce: 4, count: 40 };
/** No job of these ends while they are measured. */
const NEVER_S = 600;

/**
 * How the gateway of creates, and what is bare beside it, look at jobs: as at ones that take minutes, so that no look
 * falls into the seconds that are measured.
 */
export const PATIENT = { intervalMinMs: 120_000, intervalMaxMs: 120_000 };

/**
 * The context's gateway and bare worker are fresh ones for this, and are thrown away with all that they were given;
 * the bare one before ours begin, since both are on one engine.
 */
export async function measureCreates(
  { gateway, callers, bare }: Pick<Context, 'gateway' | 'callers' | 'bare'>,
  pace: Pace,
): Promise<CreateFigures> {
  const create = (at: Pace): Promise<CallsAnswer> =>
    callers.ask(createsOf(gateway, { pace: at, seconds: NEVER_S, tag: 'create' }));
  await bare.ask({ kind: 'starts', pace: WARM_UP });
  const starts = await bare.ask({ kind: 'starts', pace });
  bare.stop();
  await create(WARM_UP);
  const creates = await create(pace);
  const ours = { ...rateOf([creates]), failed: creates.failed };
  const bareRate = rateOfStarts(starts);
  return {
    requests: creates.durationsMs.length + creates.failed,
    ...(pace.kind === 'open' ? { wanted_per_s: pace.perSecond } : { connections: pace.atOnce }),
    ratio: ratioOf(ours.per_s, bareRate.per_s),
    bare: bareRate,
    ours,
  };
}

function rateOfStarts({ durationsMs, elapsedMs }: BareAnswer): CallRate {
  return {
    per_s: rounded((durationsMs.length * 1_000) / elapsedMs, 1),
    ms: spreadOf(durationsMs),
  };
}

export function burstPace({ count, atOnce }: Plan['create']['burst']): Pace {
  return { kind: 'closed', atOnce, count };
}

export function openPace({ perSecond, forMs }: Plan['create']['open']): Pace {
  return { kind: 'open', perSecond, forMs };
}
