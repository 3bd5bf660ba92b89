import { z } from 'zod';

/** What a run prints: the ratios first, then what each was made of. `docs/performance/*.json` keeps such lines. */
const spread = z.object({ p50: z.number(), p99: z.number() });
const callRate = z.object({ per_s: z.number(), ms: spread });
const perProcess = z.record(z.string(), z.number().nullable());
const block = z.object({
  per_s: z.number(),
  cpu_ms_per_job: perProcess,
  elsewhere: z.number(),
});
const creates = z.object({
  requests: z.number(),
  connections: z.number().optional(),
  wanted_per_s: z.number().optional(),
  ratio: z.number(),
  bare: callRate,
  ours: callRate.extend({ failed: z.number() }),
});
const peer = z.object({
  name: z.string(),
  version: z.string(),
  connections: z.number(),
  creates: callRate,
  reads: callRate,
  memory_mib: z.number().nullable(),
  /** Ours over the peer's, on as many connections. */
  creates_ratio: z.number(),
  reads_ratio: z.number(),
});

export const reportSchema = z.object({
  bench: z.literal('figures'),
  quick: z.boolean(),
  /** The largest share of the machine that strangers used while lifecycles were measured; far from 0, run it again. */
  elsewhere: z.number(),
  /** Ended jobs per second over those of bare Temporal. */
  lifecycle_ratio: z.number(),
  lifecycle_callback_ratio: z.number(),
  /** Creates per second in a burst over bare starts with one row each. */
  create_ratio: z.number(),
  /** Reads per second over those of a bare handler, by the number of connections. */
  read_ratio: z.record(z.string(), z.number()),
  statements_per_job: z.number(),
  events_per_job: z.number(),
  cpu_ms_per_job: z.object({ bare: perProcess, ours: perProcess, ours_callback: perProcess }),
  /** Memory at rest; `gateway` is API and worker together. */
  memory_mib: perProcess,
  end_to_settled_ms: spread,
  end_to_callback_ms: spread,
  peer: z.union([z.object({ skipped: z.string() }), peer]),
  lifecycle: z.object({
    at_once: z.number(),
    job_seconds: z.number(),
    window_s: z.number(),
    bare: z.array(block),
    ours: z.array(block),
    ours_callback: z.array(block),
  }),
  create: z.object({ burst: creates, open: creates }),
  read: z.array(
    z.object({ connections: z.number(), ratio: z.number(), bare: callRate, ours: callRate }),
  ),
  delays: z.object({ jobs: z.number(), per_s: z.number() }),
  cost: z.object({
    jobs: z.number(),
    idle_statements_per_s: z.number(),
    workflows_per_job: z.number(),
  }),
  machine: z.object({
    cpu: z.string(),
    cores: z.number(),
    memory_gib: z.number(),
    os: z.string(),
    node: z.string(),
  }),
  engine: z.string(),
  postgres: z.string(),
  commit: z.string(),
  at: z.iso.datetime(),
  elapsed_s: z.number(),
});

export type Report = z.infer<typeof reportSchema>;
