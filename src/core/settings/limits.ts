import { KIB, MIB, limit } from './setting';
import { PICTURE_LIMITS } from './pictures';
import type { Values } from './setting';

/** Every limit of the config, each of them said here and nowhere else. */
export const LIMITS = {
  // What one caller may hold, and what all of them together: docs/decisions/2026-11-28-bounds-and-shares.md.
  bodyMemoryBytesMax: limit(
    1024 * MIB,
    'bytes',
    'Request bodies cost one process at most so much memory at once: each counts four times, for the copies that reading it makes. It is never more than half of the heap.',
  ),
  sendMemoryBytesMax: limit(
    512 * MIB,
    'bytes',
    'Submits hold at most so much memory of one process at once: each file counts five times, for its copies. It is never more than a quarter of the heap; a larger submit goes alone.',
  ),
  uploadBytesMax: limit(
    2048 * MIB,
    'bytes',
    'Forms that have not ended, whose files lie in the blob folder already, have at most so many bytes together.',
  ),
  bodyBytesPerSecond: limit(
    240,
    'bytes',
    'A request of whose body fewer bytes than these come in a second, over a stretch of `waits.bodyIdleMs`, is refused with 408; 0 is no least pace.',
    { least: 0 },
  ),
  connections: limit(
    10_000,
    'connections',
    'One process has so many connections of callers open at once; one more is closed at once.',
  ),
  connectionsPerAddress: limit(
    8_000,
    'connections',
    'One address (of IPv6 a /56) has so many of them; one more is closed at once. It does not hold where `trustProxy` is given: there every caller comes from the proxy.',
  ),
  breakerSubmits: limit(
    20,
    'submits',
    'The breaker of a channel opens after no fewer submits within `waits.breakerWindowMs`.',
  ),
  breakerPercent: limit(
    50,
    'percent',
    'The breaker of a channel opens when so many of a hundred submits failed for reasons of the channel.',
  ),
  prepareTriesMax: limit(
    5,
    'tries',
    'A submit that cannot be prepared so many times, by an error of ours, ends its job.',
  ),
  deliveriesPerHost: limit(
    5,
    'callbacks',
    'One process sends so many callbacks at once to one host. Callbacks and copies share the slots of one queue; where it has few, each kind keeps some of them.',
  ),
  deliveriesPerWorkspace: limit(
    10,
    'callbacks',
    'One process sends so many callbacks of one workspace at once.',
  ),
  deliveriesAtOnce: limit(20, 'callbacks', 'One process sends so many callbacks at once in all.'),
  firstTriesAtOnce: limit(
    10,
    'callbacks',
    'One process makes so many first tries of callbacks at once: each keeps a settle from its end, whose slots they leave half of.',
  ),
  copiesAtOnce: limit(
    8,
    'copies',
    'One process copies so many results at once, half of them of one workspace.',
  ),

  // Bytes.
  replyBytesMax: limit(16 * MIB, 'bytes', "A provider's reply is read up to here.", { least: 0 }),
  resultBytesMax: limit(2048 * MIB, 'bytes', 'A result is copied up to this size.', { least: 0 }),
  inputBytesMax: limit(64 * MIB, 'bytes', 'A file inside a request is read up to this size.', {
    least: 0,
  }),
  excerptBytesMax: limit(
    KIB,
    'bytes',
    "So much of a receiver's answer to a callback is kept for people to read.",
    { least: 0 },
  ),

  // The sweep and what it looks at.
  sweepRows: limit(500, 'rows', 'One step of the sweep reads at most so many rows.'),
  checkRows: limit(
    50_000,
    'rows',
    'One statement of a check of the ledger reads so many jobs, or entries.',
  ),
  sweepEntries: limit(
    50_000,
    'entries',
    'One transaction of the sweep sums at most so many entries of the ledger; it goes on with the next ones.',
  ),
  sweepAtOnce: limit(
    20,
    'rows',
    'One step of the sweep works on so many rows at once; each may take a database connection.',
  ),
  lateLooks: limit(20, 'looks', 'One sweep looks so often at providers whose jobs were given up.', {
    least: 0,
  }),
  sweepFiles: limit(1_000, 'files', 'One sweep looks at so many stored files.'),
  probeBytes: limit(
    64 * KIB,
    'bytes',
    'So much of the beginning of a result is looked at before it counts as a video.',
    { least: 16 },
  ),
  restartsMax: limit(
    3,
    'restarts',
    'A job whose workflow is lost more often than this waits for a review.',
    { least: 0 },
  ),
  resubmits: limit(2, 'submits', 'A job that your own server has lost is made again this often.', {
    least: 0,
  }),
  migrationTries: limit(10, 'tries', 'A migration gives way to locks of others this often.'),

  // What one process does at once.
  createsAtOnce: limit(
    12,
    'creates',
    'One process works on so many creates at once; fewer than `databaseConnections`, which the rest needs too.',
  ),
  startsAtOnce: limit(
    20,
    'starts',
    'One process asks the engine for so many starts of workflows at once.',
  ),
  startsPerClaim: limit(
    100,
    'jobs',
    'One process claims so many jobs in one statement and then starts them.',
  ),
  startsWaiting: limit(
    10_000,
    'jobs',
    'While so many jobs wait for their start, creates are refused with 503.',
  ),
  heldRequests: limit(
    5_000,
    'requests',
    'One process holds so many requests at once; past it they are answered as if their wait were over.',
    { least: 0 },
  ),
  eventStreams: limit(
    2_000,
    'streams',
    'One process holds so many streams of events open at once; one more is refused with 503.',
  ),
  eventStreamsPerWorkspace: limit(
    1_000,
    'streams',
    'One workspace has so many streams of events open at one process; one more is refused with 429.',
  ),
  eventStreamsPerKey: limit(
    600,
    'streams',
    'One key has so many streams of events open at one process; one more is refused with 429.',
  ),
  ...PICTURE_LIMITS,
  databaseConnections: limit(
    20,
    'connections',
    'The pool of one process opens at most so many connections to PostgreSQL.',
    { least: 0 },
  ),
  authFailuresPerMinute: limit(
    300,
    'requests',
    'One address may send so many requests with a wrong key to one process in a minute.',
  ),
  requestsPerMinutePerAddress: limit(
    0,
    'requests',
    'One address (of IPv6 a /56) may send so many requests to one process in a minute, probes apart, before anybody looks at its key; 0 is no limit.',
    { least: 0 },
  ),
  requestsPerMinutePerKey: limit(
    0,
    'requests',
    'One key may send so many requests in a minute, to all processes together; 0 is no limit. Keys with the scope admin have none.',
    { least: 0 },
  ),
  requestsPerMinutePerWorkspace: limit(
    0,
    'requests',
    'All keys of a workspace may send so many requests in a minute, to all processes together; 0 is no limit.',
    { least: 0 },
  ),
  createsPerMinutePerKey: limit(
    0,
    'requests',
    'One key may send so many creates in a minute, to all processes together; 0 is no limit.',
    { least: 0 },
  ),
  createsPerMinutePerWorkspace: limit(
    0,
    'requests',
    'All keys of a workspace may send so many creates in a minute, to all processes together; 0 is no limit.',
    { least: 0 },
  ),
  workflowsCached: limit(
    500,
    'workflows',
    'One worker keeps so many workflows in memory for their next task.',
    { least: 0 },
  ),
  activitiesPerQueue: limit(
    100,
    'activities',
    'One process runs at most so many activities at once on one queue, whatever its connections would allow.',
    { least: 0 },
  ),
  providerRate: limit(
    0,
    'starts per second',
    'So many activities are started in a second for one provider, over all processes; 0 is no cap.',
    { least: 0, isFraction: true },
  ),
};

/** The named limits of a config. */
export type Limits = Values<typeof LIMITS>;
