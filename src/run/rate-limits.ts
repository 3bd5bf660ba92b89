import type { Config } from '../config';
import type { RateLimits } from '../core/rates/spacing';

/** Reads the operator's rate limits of channels. */
export const rateLimitsOf = ({ channels }: Pick<Config, 'channels'>): RateLimits =>
  Object.fromEntries(
    Object.entries(channels).map(([name, { requestsPerSecond, requestsPerMinute }]) => [
      name,
      { requestsPerSecond, requestsPerMinute },
    ]),
  );
