import { fork } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readSettings } from '../src/run/settings';
import { fileLog } from '../src/run/log';
import { runLocal } from '../src/run/local';
import type { LocalGateway } from '../src/run/local';
import type { Order, Outcome } from './held-callers';
import { EXIT } from '../src/commands/kit/exit-codes';
import { onShutdown } from '../src/commands/shutdown';
import { modelFor } from '../src/commands/start/run';

/**
 * Many requests that one process holds at once, each until its own video is there. The simulated jobs take longer than
 * it takes to accept them all, and share one clip. The process measured is the whole gateway: API, worker and simulator;
 * callers, engine and database have processes of their own.
 */
/** The whole run is given up after this. */
const RUN_MS = 15 * 60_000;
const SAMPLE_MS = 500;

interface HeldOptions {
  requests: number;
  /** How long each job takes. */
  seconds: number;
  json?: true | undefined;
}

export async function benchHeld({ requests, seconds, json }: HeldOptions): Promise<number> {
  const shutdown = onShutdown();
  // The embedded database runs as another user where this one is root, and must get in.
  const data = mkdtempSync(join(tmpdir(), 'reelay-bench-'));
  chmodSync(data, 0o711);
  try {
    const gateway = await runLocal({
      // Nobody is answered for being late, however slow the machine.
      config: readSettings({ waits: { heldMs: RUN_MS } }),
      data,
      host: '127.0.0.1',
      port: 0,
      allowCallbacksTo: [],
      say: (line) => process.stderr.write(`${line}\n`),
      log: fileLog(data),
    });
    try {
      const report = await Promise.race([
        measure(gateway, requests, seconds),
        gateway.failed,
        shutdown.requested,
      ]);
      if (typeof report === 'string') return EXIT.interrupted;
      process.stdout.write(`${JSON.stringify(report, null, json ? 0 : 2)}\n`);
      return report.statuses['200'] === requests ? EXIT.ok : EXIT.failed;
    } finally {
      await gateway.stop();
    }
  } finally {
    shutdown.dispose();
    rmSync(data, { recursive: true, force: true });
  }
}

async function measure(gateway: LocalGateway, requests: number, seconds: number) {
  const before = process.memoryUsage().rss;
  const loop = monitorEventLoopDelay({ resolution: 10 });
  const peak = { rss: before, held: 0 };
  const sample = setInterval(() => {
    peak.rss = Math.max(peak.rss, process.memoryUsage().rss);
    void openJobs(gateway).then(
      (open) => (peak.held = Math.max(peak.held, open)),
      () => undefined, // the next sample asks again
    );
  }, SAMPLE_MS);
  const startedAt = performance.now();
  loop.enable();
  const outcomes = await callAll({
    url: `${gateway.api}/v1/ula/generate-video`,
    key: gateway.keys.key,
    bodies: Array.from({ length: requests }, (_, index) => bodyOf(gateway, index, seconds)),
    timeoutMs: RUN_MS,
  });
  loop.disable();
  clearInterval(sample);
  const statuses: Record<string, number> = {};
  for (const { status } of outcomes) statuses[status] = (statuses[status] ?? 0) + 1;
  const durations = outcomes.map(({ durationMs }) => durationMs).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(durations[Math.ceil(share * durations.length) - 1] ?? 0);
  const loopMs = (nanoseconds: number): number => Math.round(nanoseconds / 1e5) / 10;
  const mib = (bytes: number): number => Math.round(bytes / 2 ** 20);
  return {
    bench: 'held',
    measured: 'one process with API, worker and simulator; one shared clip',
    requests,
    answered: outcomes.filter(({ status }) => status > 0).length,
    statuses,
    held_at_once: peak.held,
    job_seconds: seconds,
    elapsed_s: Math.round((performance.now() - startedAt) / 100) / 10,
    answer_ms: { p50: at(0.5), p99: at(0.99), max: at(1) },
    rss_mib: { before: mib(before), peak: mib(peak.rss) },
    event_loop_delay_ms: {
      p50: loopMs(loop.percentile(50)),
      p99: loopMs(loop.percentile(99)),
      max: loopMs(loop.max),
    },
  };
}

function bodyOf(gateway: LocalGateway, index: number, seconds: number): string {
  return JSON.stringify({
    model: modelFor(gateway),
    prompt: `bench ${String(index)} [[sim seconds=${String(seconds)} video=shared]]`,
    resolution: '720P',
    aspect_ratio: '16:9',
    duration: 5,
    generate_audio: false,
    camera_fixed: false,
    service_tier: 'default',
  });
}

async function openJobs({ base }: LocalGateway): Promise<number> {
  const { rows } = await base.database.pool.query<{ open: number }>(
    'SELECT count(*)::int AS open FROM jobs WHERE finished_at IS NULL',
  );
  return rows[0]?.open ?? 0;
}

function callAll(order: Order): Promise<Outcome[]> {
  const callers = fork(join(__dirname, 'held-callers.js'), { stdio: ['ignore', 2, 2, 'ipc'] });
  return new Promise<Outcome[]>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`not all answers came within ${String(RUN_MS / 1000)} s`));
    }, order.timeoutMs);
    callers.once('message', (outcomes) => {
      clearTimeout(timer);
      resolve(outcomes as Outcome[]); // what held-callers sends
    });
    callers.once('error', reject);
    callers.once('exit', () => {
      reject(new Error('the callers ended without a word'));
    });
    callers.send(order);
  }).finally(() => callers.kill());
}
