import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ActivityDeps } from '../../activities';
import { createRates } from '../../src/attempts/rates';
import { createLocalBlobs } from '../../src/blobs/local';
import { readConfig } from '../../src/config';
import type { Engine } from '../../src/core/ports/engine';
import { NO_METRICS } from '../../src/core/ports/metrics';
import { NOW } from './database';
import type { TestDatabase } from './database';

/** An engine that takes every start and every wish; a test replaces what it is about. */
export const WILLING: Engine = {
  startJob: () => Promise.resolve(true),
  restartJob: () => Promise.resolve(),
  jobRun: () => Promise.resolve('none'),
  closedJobs: () => Promise.resolve([]),
  cancelJob: () => Promise.resolve(),
  completeAdmit: () => Promise.resolve(false),
  completeAwait: () => Promise.resolve(false),
  endJob: () => Promise.resolve(),
  forgetJob: () => Promise.resolve(true),
  startDelivery: () => Promise.resolve(true),
  startKeep: () => Promise.resolve(true),
  redeliver: () => Promise.resolve(),
  stopDelivery: () => Promise.resolve(),
};

/** What the sweep stands on, with a real database and real files, at that moment. Lines of the log are collected. */
export function sweepDeps(
  { store }: Pick<TestDatabase, 'store'>,
  {
    engine = {},
    now = NOW,
    lines = [],
  }: {
    engine?: Partial<Engine>;
    now?: number;
    lines?: string[];
  } = {},
): ActivityDeps {
  const config = readConfig({ REELAY_CONFIG: '' });
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const deps: Pick<
    ActivityDeps,
    | 'store'
    | 'engine'
    | 'blobs'
    | 'waits'
    | 'limits'
    | 'retention'
    | 'metrics'
    | 'now'
    | 'log'
    | 'rates'
  > = {
    store,
    engine: { ...WILLING, ...engine },
    blobs: createLocalBlobs(mkdtempSync(join(tmpdir(), 'reelay-test-'))),
    waits: config.waits,
    limits: config.limits,
    retention: config.retention,
    metrics: NO_METRICS,
    now: () => now,
    log,
    rates: createRates({
      limits: () => ({}),
      store: store.rates,
      pauseMaxMs: config.waits.lookRetryAfterMaxMs,
      now: () => now,
      random: () => 0.5,
      log,
    }),
  };
  // The sweep asks for nothing else while no job is watched for a late verdict.
  return deps as ActivityDeps;
}
