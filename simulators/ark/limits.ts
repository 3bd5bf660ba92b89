import type { LimitName, TierLimit } from '../contract';
import { arkModels } from '../../src/providers/ark/models';
import type { Refusal } from '../kit/refusal';

/**
 * The page of error codes has the three texts. No page says whether creates of tasks meet the first, how the minute of the
 * second is counted, and whether each endpoint has a minute of its own: here all calls of an account share one.
 */
export const OVER_LIMIT: Readonly<Record<LimitName, Refusal>> = {
  jobs: {
    status: 429,
    code: 'InflightBatchsizeExceeded',
    message: 'The Inflight Batchsize limit has been exceeded.',
  },
  requests: {
    status: 429,
    code: 'APIAccountRpmRateLimitExceeded',
    message: 'The RPM (Requests Per Minute) limit for the API on your account has been exceeded.',
  },
  creates: {
    status: 429,
    code: 'ModelAccountRpmRateLimitExceeded',
    message: 'The RPM (Requests Per Minute) limit for the model on your account has been exceeded.',
  },
};

/** Names what a limit of one model counts: 4k has limits of its own, `doubao-seedance-2-0-260128 4k`. */
export const limitedName = (model: string, resolution: string): string =>
  resolution === '4k' ? `${model} ${resolution}` : model;

const AT_4K = Object.entries(arkModels).flatMap(([name, { resolutions }]) =>
  resolutions.includes('4k') ? [limitedName(name, '4k')] : [],
);

/** Everything that a limit may name. */
export const LIMITED_NAMES: readonly string[] = [...Object.keys(arkModels), ...AT_4K];

/**
 * The page of a model (docs 82379/1901652) says what the two limits do: a create too many in a minute is refused, and a task
 * too many waits in the queue. The numbers of the two tiers are a third party's reading of the model list (ModelArk 1330310)
 * for 2.x; that page of a 1.0 model has the higher ones. No page says whether 4k counts among the others too.
 */
export const TIERS: Readonly<Record<string, readonly TierLimit[]>> = {
  enterprise: tier({ createsPerMinute: 600, runningAtOnce: 10 }),
  individual: tier({ createsPerMinute: 180, runningAtOnce: 3 }),
};

function tier(usual: TierLimit): TierLimit[] {
  return [usual, ...AT_4K.map((model) => ({ model, createsPerMinute: 15, runningAtOnce: 1 }))];
}
