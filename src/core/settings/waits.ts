import { PICTURE_WAITS } from './pictures';
import { PROCESS_WAITS } from './process-waits';
import { DAY, HOUR, MINUTE, SECOND, limit, ms } from './setting';
import type { Setting, Values } from './setting';

/** How often a provider is looked at: `waits.cadence` of the config. */
export const CADENCE = {
  firstLookShare: limit(
    0.5,
    'of the usual time',
    'The first look comes after this share of what the model usually takes.',
    { least: 0, most: 1, isFraction: true },
  ),
  intervalMinMs: ms(2 * SECOND, 'Two looks are never closer together than this.'),
  intervalMaxMs: ms(
    30 * SECOND,
    'Two looks are never farther apart than this, however long the job runs.',
  ),
  intervalShare: limit(
    0.1,
    'of the overtime',
    'Once a job takes longer than usual, the pause between two looks is this share of the time beyond.',
    { most: 1, isFraction: true },
  ),
};

/** Standard Webhooks' example schedule: ten tries within 75 h 35 min. */
const deliverySchedule: Setting<readonly number[]> = {
  default: [
    ...[0, 5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR],
    ...[5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR],
  ],
  unit: 'ms',
  says: 'A callback is tried after each of these pauses in turn, and given up after the last try.',
  least: 0,
};

/** Every wait of the config but its `cadence`, each of them said here and nowhere else. */
export const WAITS = {
  // Requests and their memory.
  sendRoomMs: ms(
    10 * SECOND,
    'A submit waits in the worker for memory for this long, then goes back to the engine for a moment.',
  ),
  bodyIdleMs: ms(30 * SECOND, 'A request of whose body nothing comes for this long is refused.'),
  fundsMs: ms(250, 'Whether a caller has points at all is remembered for this long.'),
  keyMemoMs: ms(
    500,
    'A key that was found is let in for this long without a lookup; for so long may a revoked one be used, and its streams of events go on.',
    { least: 0, most: SECOND },
  ),

  ...PICTURE_WAITS,

  configLookMs: ms(
    5 * SECOND,
    'A process looks so often whether another one has read another config.',
  ),
  configLagMs: ms(
    10 * MINUTE,
    'A job that a newer config planned waits so long for a worker that has read it, before its next channel is asked.',
  ),

  // Submit.
  sendMs: ms(MINUTE, 'The POST of a submit is aborted after this.'),
  recordMs: ms(45 * SECOND, 'The answer to a POST is offered to the database for this long.'),
  unknownGraceMs: ms(
    30 * SECOND,
    'A POST counts as unknown only when this has passed after its deadline.',
  ),
  unknownMs: ms(10 * MINUTE, 'A submit of unknown outcome is looked up for this long.'),
  unknownLookMs: ms(10 * SECOND, 'Two lookups of an unknown submit are this far apart.'),
  breakerWindowMs: ms(MINUTE, 'The breaker of a channel counts the submits of this stretch.'),
  breakerOpenMs: ms(
    30 * SECOND,
    'A breaker that opens keeps jobs from its channel for this, and for twice as long after each probe that failed.',
  ),
  breakerOpenMaxMs: ms(10 * MINUTE, 'A breaker keeps jobs from its channel for no longer.'),
  breakerProbeMs: ms(
    2 * MINUTE,
    'A probe that has not ended after this counts for nothing, and another job probes the channel; it is longer than a submit takes.',
  ),
  breakerSlowMs: ms(45 * SECOND, 'A submit that takes this long speaks against its channel.'),
  healthMs: ms(
    SECOND,
    'Each process reads the breakers so often while it sends jobs, and writes down so often what went wrong.',
  ),
  busyMs: ms(
    10 * MINUTE,
    'A channel that is busy for this long is given up for the next one; the last one too, unless all that it lacks is a free slot.',
  ),
  busyRetryMs: ms(
    5 * SECOND,
    'A refused submit is sent again after this; each further pause is longer.',
  ),
  admitRetryMs: ms(
    MINUTE,
    'A job that waits for a slot and is told nothing asks again after this; whoever gives a slot back tells the next one at once.',
  ),
  turnsEveryMs: ms(
    5 * SECOND,
    'So often slots are given out that became free by time alone, and jobs are told again whose turn came and who have not begun.',
  ),
  busyRetryMaxMs: ms(MINUTE, 'The pauses between refused submits grow no further than this.'),
  exchangeMs: ms(30 * SECOND, 'One HTTP exchange of a look, a lookup or a cancel ends after this.'),

  // Looks.
  goneGraceMs: ms(
    10 * MINUTE,
    "Every look must say for this long that the provider does not know the job before it counts as lost: an account's key that was mixed up is put right meanwhile.",
  ),
  deniedGraceMs: ms(
    30 * MINUTE,
    'Every look must be refused by the provider for this long before the job is given up.',
  ),
  noOutputGraceMs: ms(
    5 * MINUTE,
    'A job that succeeded at its provider without a link to a video fails after this.',
  ),
  unreadableGraceMs: ms(
    5 * MINUTE,
    'A job whose result can be read and is no video fails after this.',
  ),
  probeMs: ms(
    10 * SECOND,
    'The first bytes of a result are waited for this long; later it is settled as one that cannot be fetched.',
  ),
  lookRetryAfterMaxMs: ms(
    5 * MINUTE,
    "A provider's Retry-After delays the next look, and pauses all calls of its channel, by no more than this.",
  ),
  usualMemoMs: ms(30 * SECOND, 'What a model usually takes is measured anew after this.'),
  lastLookMs: ms(10 * MINUTE, 'The last look after a deadline is retried for this long.'),
  cancelMs: ms(
    10 * MINUTE,
    "A cancel is retried for this long before the job's natural end decides.",
  ),
  lookRetryMs: ms(
    5 * SECOND,
    'A cancel or a last look that got no answer is tried again after this.',
  ),
  heartbeatMs: ms(
    20 * SECOND,
    'A worker that is silent for this long in the middle of an activity has died; the activity is tried again.',
  ),
  stickyMs: ms(
    10 * SECOND,
    'A workflow task waits this long for the worker that has its workflow in memory, which may have died.',
  ),

  // Callbacks and results.
  deliveryTimeoutMs: ms(15 * SECOND, 'One try of a callback ends after this.'),
  firstTryMs: ms(
    3 * SECOND,
    'The first try of a callback ends after this, since the end of a job waits for it; a receiver that takes longer is asked again by the schedule.',
  ),
  hungHostMs: ms(
    MINUTE,
    'A host whose receiver let a first try hang is given no first try for this long.',
  ),
  deliverySchedule,
  deliveryOverdueMs: ms(
    6 * DAY,
    'A message that is still pending after this has lost its workflow; it is longer than the whole schedule.',
  ),
  keepTimeoutMs: ms(10 * MINUTE, 'One try to copy a result ends after this.'),
  contentTimeoutMs: ms(
    10 * MINUTE,
    "A download of a result from the provider's link ends after this.",
  ),

  // Endpoints.
  inputFetchMs: ms(20 * SECOND, 'An input that is a link is fetched for at most this long.'),
  createMs: ms(MINUTE, 'A create that waits this long for its turn is refused with 503.'),
  createsTogetherMs: ms(
    SECOND,
    'Creates that share a transaction wait this long for a lock, and those behind them for its end; then each goes alone.',
  ),
  heldMs: ms(
    170 * SECOND,
    "An endpoint holds a request for its job's end for at most this: ula's documented callers give up after 180 s.",
  ),
  pollAfterMs: ms(
    5 * SECOND,
    'An answer about a video that is not finished tells clients to ask again after this.',
  ),
  nativeReplyMs: ms(MINUTE, "A passed-on create waits this long for its provider's answer."),
  cancelReplyMs: ms(5 * SECOND, 'A cancel that passes through waits this long for its verdict.'),
  // A connection on which nothing moves for 30 s is cut as one whose reader is slow.
  eventBeatMs: ms(15 * SECOND, 'A silent stream of events says so.', { most: 20 * SECOND }),
  eventRetryMs: ms(3 * SECOND, 'A client whose stream of events broke off comes back after this.'),
  linkMs: ms(24 * HOUR, 'A signed link to a result works for this long.'),
  tokenMs: ms(HOUR, 'An access token works for this long.'),
  quoteMs: ms(15 * MINUTE, 'A quote binds its price for this long.'),
  providerReplyMs: ms(
    10 * SECOND,
    "An endpoint waits this long for a provider's answer unless its caller says otherwise.",
  ),
  joinedMs: ms(
    MINUTE,
    'Creates that are the same, of a key that joins them, are one job for this long after the first.',
  ),
  idempotencyMs: ms(48 * HOUR, "A create's answer is kept this long for a repeat under its key."),

  // Starts and the sweep.
  startAgainMs: ms(
    SECOND / 4,
    'What could not be started is tried again after this pause, which doubles up to `startAgainMaxMs`.',
  ),
  startAgainMaxMs: ms(
    10 * SECOND,
    'The pauses before what could not be started grow no further than this.',
  ),
  startClaimMs: ms(
    30 * SECOND,
    'A process that starts a job has done so within this, or another one does it; it is longer than one claim takes.',
  ),
  sweepEveryMs: ms(MINUTE, 'The sweep runs this often.'),
  sweepAgeMs: ms(30 * SECOND, 'The sweep takes only what has waited for this long.'),
  sweepClosedMs: ms(10 * MINUTE, 'The sweep looks this far back at closed runs.'),
  ledgerCheckEveryMs: ms(HOUR, 'A sweep proves so often that the ledger holds.'),
  ledgerCheckMs: ms(3 * MINUTE, 'A check of the ledger by a sweep is given up after this.', {
    most: 4 * MINUTE,
  }),
  sweepStepMs: ms(10 * SECOND, 'A step of the sweep begins no further row after this.'),
  reviewMs: ms(HOUR, 'A job in review whose deadline is over is started again this often.'),
  keepForMs: ms(
    23 * HOUR,
    'A copy of a result is tried for this long; its workflow ends after 24 hours whatever is said here.',
  ),
  lateLookMs: ms(5 * MINUTE, 'Two looks at a provider whose job was given up are this far apart.'),
  watchMinMs: ms(
    15 * MINUTE,
    'A job that was given up is watched for one more deadline of its model, and for at least this.',
  ),
  blobAgeMs: ms(
    24 * HOUR,
    'A stored file that nothing names is removed after this; it is longer than any request or copy takes.',
  ),

  ...PROCESS_WAITS,
};

/** The named waits of a config, in milliseconds. */
export type Waits = Values<typeof WAITS> & { readonly cadence: Values<typeof CADENCE> };
