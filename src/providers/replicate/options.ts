import { z } from 'zod';
import { fields } from '../../core/json/known-fields';
import type { ChannelOptions } from '../../core/provider/options';

/** A time of Replicate's: `90s`, `1m`, `1h30m`. */
const TIME = /^(?=\d)(?:\d{1,3}h)?(?:\d{1,4}m)?(?:\d{1,5}s)?$/;

const time = z.string().regex(TIME, 'must be a time such as "30m" or "1h30m"');

/**
 * The schema of a channel's options: when Replicate itself is to end a prediction, its wait included. One that was not begun
 * by then is not charged, one that runs is. Absent: after its own limit.
 */
export const options: z.ZodType<ChannelOptions> = fields({ cancelAfter: time.optional() });

const readSchema = z.object({ cancelAfter: time.optional().catch(undefined) });

/** Returns the time after which Replicate ends a prediction; undefined where the channel says none. */
export const cancelAfterOf = (said: ChannelOptions): string | undefined =>
  readSchema.parse(said).cancelAfter;
