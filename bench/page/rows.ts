import { median } from '../math/statistics';
import type { Report } from '../report';

/** One figure of docs/performance.md: how it is called, where it stands in a report, and what is wanted of it. */
export interface Row {
  name: string;
  unit?: 'ms' | 'MiB' | 'per s';
  digits: number;
  /** Returns undefined where a run did not measure it. */
  read(report: Report): number | undefined;
  wanted?: Goal;
}

/** The bound that a figure should keep, in its unit. */
export interface Goal {
  is: 'at least' | 'at most';
  value: number;
}

/** What runs of one state of the code measured; the name is `before` for files `before-1.json`, `before-2.json`. */
export interface Group {
  name: string;
  reports: readonly Report[];
}

/** The median over a group's runs, with the smallest and the largest. */
export interface Value {
  middle: number;
  min: number;
  max: number;
}

/** Returns undefined where no run of the group measured it. */
export function valueOf({ reports }: Group, row: Row): Value | undefined {
  const values = reports.map(row.read).filter((value) => value !== undefined);
  if (values.length === 0) return undefined;
  return { middle: median(values), min: Math.min(...values), max: Math.max(...values) };
}

export function isMet({ is, value }: Goal, measured: number): boolean {
  return is === 'at least' ? measured >= value : measured <= value;
}

const perJob = (kind: keyof Report['cpu_ms_per_job'], name: string): Row['read'] => {
  return (report) => report.cpu_ms_per_job[kind][name] ?? undefined;
};
const rate = (kind: 'bare' | 'ours' | 'ours_callback'): Row['read'] => {
  return ({ lifecycle }) => median(lifecycle[kind].map(({ per_s }) => per_s));
};
const readsAt = (connections: number): Row['read'] => {
  return ({ read_ratio }) => read_ratio[connections];
};
const ofPeer = (read: (peer: MeasuredPeer) => number | null): Row['read'] => {
  return ({ peer }) => ('skipped' in peer ? undefined : (read(peer) ?? undefined));
};
type MeasuredPeer = Exclude<Report['peer'], { skipped: string }>;

const atLeast = (value: number): Goal => ({ is: 'at least', value });
const atMost = (value: number): Goal => ({ is: 'at most', value });

export const ROWS: readonly Row[] = [
  {
    name: 'lifecycles over bare Temporal',
    digits: 2,
    read: (report) => report.lifecycle_ratio,
    wanted: atLeast(0.9),
  },
  {
    name: 'lifecycles with a callback over bare Temporal',
    digits: 2,
    read: (report) => report.lifecycle_callback_ratio,
    wanted: atLeast(0.8),
  },
  { name: 'lifecycles, bare', unit: 'per s', digits: 1, read: rate('bare') },
  { name: 'lifecycles, ours', unit: 'per s', digits: 1, read: rate('ours') },
  {
    name: 'lifecycles with a callback, ours',
    unit: 'per s',
    digits: 1,
    read: rate('ours_callback'),
  },
  { name: 'creates over bare start and row', digits: 2, read: (report) => report.create_ratio },
  {
    name: 'creates over the peer',
    digits: 1,
    read: ofPeer((peer) => peer.creates_ratio),
    wanted: atLeast(3),
  },
  {
    name: 'creates in a burst',
    unit: 'per s',
    digits: 0,
    read: ({ create }) => create.burst.ours.per_s,
  },
  {
    name: 'create at 80 per second, p50',
    unit: 'ms',
    digits: 0,
    read: ({ create }) => create.open.ours.ms.p50,
    wanted: atMost(30),
  },
  {
    name: 'create at 80 per second, p99',
    unit: 'ms',
    digits: 0,
    read: ({ create }) => create.open.ours.ms.p99,
  },
  { name: 'reads over bare, 1 connection', digits: 2, read: readsAt(1), wanted: atLeast(0.7) },
  { name: 'reads over bare, 16 connections', digits: 2, read: readsAt(16), wanted: atLeast(0.7) },
  { name: 'reads over bare, 64 connections', digits: 2, read: readsAt(64), wanted: atLeast(0.7) },
  {
    name: 'reads over the peer',
    digits: 1,
    read: ofPeer((peer) => peer.reads_ratio),
    wanted: atLeast(15),
  },
  {
    name: 'statements per job',
    digits: 0,
    read: (report) => report.statements_per_job,
    wanted: atMost(40),
  },
  { name: 'events per job', digits: 0, read: (report) => report.events_per_job },
  { name: 'CPU per job, gateway', unit: 'ms', digits: 0, read: perJob('ours_callback', 'gateway') },
  { name: 'CPU per job, engine', unit: 'ms', digits: 0, read: perJob('ours_callback', 'engine') },
  {
    name: 'CPU per job, PostgreSQL',
    unit: 'ms',
    digits: 0,
    read: perJob('ours_callback', 'postgres'),
  },
  { name: 'CPU per job, bare worker', unit: 'ms', digits: 0, read: perJob('bare', 'bare') },
  { name: 'CPU per job, engine of bare', unit: 'ms', digits: 0, read: perJob('bare', 'engine') },
  {
    name: 'provider’s end to settled, p50',
    unit: 'ms',
    digits: 0,
    read: (report) => report.end_to_settled_ms.p50,
  },
  {
    name: 'provider’s end to settled, p99',
    unit: 'ms',
    digits: 0,
    read: (report) => report.end_to_settled_ms.p99,
  },
  {
    name: 'provider’s end to callback, p50',
    unit: 'ms',
    digits: 0,
    read: (report) => report.end_to_callback_ms.p50,
  },
  {
    name: 'provider’s end to callback, p99',
    unit: 'ms',
    digits: 0,
    read: (report) => report.end_to_callback_ms.p99,
  },
  {
    name: 'memory at rest, API and worker',
    unit: 'MiB',
    digits: 0,
    read: ({ memory_mib }) => memory_mib['gateway'] ?? undefined,
    wanted: atMost(300),
  },
  {
    name: 'memory at rest, the peer',
    unit: 'MiB',
    digits: 0,
    read: ofPeer((peer) => peer.memory_mib),
  },
  {
    name: 'creates, the peer',
    unit: 'per s',
    digits: 0,
    read: ofPeer((peer) => peer.creates.per_s),
  },
  { name: 'reads, the peer', unit: 'per s', digits: 0, read: ofPeer((peer) => peer.reads.per_s) },
];
