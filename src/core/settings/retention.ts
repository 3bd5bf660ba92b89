import { DAY, ms } from './setting';

/**
 * How long rows and files stay after their job's end; 0 or null is for ever. The ledger, usage and the job's own row
 * with its numbers stay in any case. docs/retention.md says which rows and files each wait is about.
 */
export const RETENTION = {
  repliesMs: ms(30 * DAY, 'Bodies of what the provider answered are kept for this long.', {
    least: 0,
  }),
  filesMs: ms(30 * DAY, 'Results in the blob store and stored inputs are kept for this long.', {
    least: 0,
  }),
  callbacksMs: ms(
    30 * DAY,
    'Messages to the caller and their tries are kept for this long after the last try.',
    { least: 0 },
  ),
  eventsMs: ms(90 * DAY, 'The timeline of a job is kept for this long after each event.', {
    least: 0,
  }),
  jobsMs: ms(
    90 * DAY,
    'A job is kept for this long; from then on it is as if its caller had deleted it.',
    { least: 0 },
  ),
};

/** The waits of a config's `retention` in milliseconds; null is for ever. */
export type Retention = { readonly [Name in keyof typeof RETENTION]: number | null };
