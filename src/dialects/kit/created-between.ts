import { UNIX_SECONDS_MAX } from '../../core/json/fields';

/** What a list is asked for, in Unix seconds: the jobs between two seconds, without either. */
interface Between {
  after: number | undefined;
  before: number | undefined;
}

/**
 * Returns the same in milliseconds, from the first to below the second. Times are told in whole seconds, so after a second
 * is from the next one on, up to the last second that a time may be.
 */
export const createdBetween = ({
  after,
  before,
}: Between): { createdFrom?: number; createdBefore?: number } => ({
  ...(after === undefined ? {} : { createdFrom: Math.min(after + 1, UNIX_SECONDS_MAX) * 1000 }),
  ...(before === undefined ? {} : { createdBefore: before * 1000 }),
});
