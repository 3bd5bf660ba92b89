import type { Report } from '../../bench/report';

/** A report as a run prints it, with figures that are easy to tell apart. */
export function exampleReport(changes: Partial<Report> = {}): Report {
  const rate = (per_s: number) => ({ per_s, ms: { p50: 20, p99: 90 } });
  const creates = (ratio: number) => ({
    requests: 100,
    ratio,
    bare: rate(80),
    ours: { ...rate(40), failed: 0 },
  });
  const block = (per_s: number) => ({ per_s, cpu_ms_per_job: { engine: 50 }, elsewhere: 0.01 });
  const cpu = { gateway: 80, engine: 100, postgres: 13, bare: 20 };
  return {
    bench: 'figures',
    quick: false,
    elsewhere: 0.01,
    lifecycle_ratio: 0.45,
    lifecycle_callback_ratio: 0.4,
    create_ratio: 0.5,
    read_ratio: { 1: 0.2, 16: 0.3, 64: 0.35 },
    statements_per_job: 105,
    events_per_job: 45,
    cpu_ms_per_job: { bare: cpu, ours: cpu, ours_callback: cpu },
    memory_mib: { gateway: 310 },
    end_to_settled_ms: { p50: 30, p99: 200 },
    end_to_callback_ms: { p50: 60, p99: 300 },
    peer: { skipped: 'no python here' },
    lifecycle: {
      at_once: 64,
      job_seconds: 2,
      window_s: 10,
      bare: [block(16)],
      ours: [block(7)],
      ours_callback: [block(6)],
    },
    create: { burst: creates(0.5), open: creates(0.6) },
    read: [],
    delays: { jobs: 45, per_s: 3 },
    cost: { jobs: 10, idle_statements_per_s: 4, workflows_per_job: 3 },
    machine: { cpu: 'A CPU', cores: 2, memory_gib: 24, os: 'Linux 6', node: 'v24.0.0' },
    engine: 'Temporal Server 1.29.1',
    postgres: '18.4',
    commit: 'abc1234',
    at: '2026-11-28T18:00:00.000Z',
    elapsed_s: 240,
    ...changes,
  };
}
