import { MINUTE, SECOND, ms } from './setting';

/** The waits of a process and of its migrations, which are a part of `WAITS`. */
export const PROCESS_WAITS = {
  // Migrations.
  migrationLockMs: ms(
    3 * SECOND,
    'A statement of a migration that waits longer for a lock gives way, so that requests do not pile up behind it.',
  ),
  migrationIndexLockMs: ms(
    MINUTE,
    'A statement outside of a transaction waits this long for every open one; nothing piles up behind it.',
  ),
  migrationRetryMs: ms(
    2 * SECOND,
    'A migration that gave way is tried again after this, which leaves others the lock.',
  ),
  migrationTurnMs: ms(10 * MINUTE, 'Another process may be migrating for this long.'),

  // Processes.
  figuresMs: ms(
    10 * SECOND,
    'What `/metrics` tells of the rows may be this old; a scrape after that asks the database once.',
    { least: 0 },
  ),
  readyMs: ms(
    800,
    'What /readyz asks has answered within this, or counts as unreachable; probes give up after a second.',
  ),
  drainMs: ms(
    5 * SECOND,
    'An `api` that was asked to stop says no at /readyz for this long before it takes no more connections.',
    { least: 0 },
  ),
  shutdownMs: ms(
    16 * SECOND,
    'What runs may go on for this long after a stop was asked for and is then cut: looks, deliveries, copies, settles. A submit in flight is never cut: it has `sendMs` + `recordMs`.',
  ),
  tracesFlushMs: ms(
    3 * SECOND,
    'A process that stops gives its last spans to the exporter for this long, where traces are exported.',
  ),
  cutMs: ms(2 * SECOND, 'What was cut may tidy up for this long.'),
};
