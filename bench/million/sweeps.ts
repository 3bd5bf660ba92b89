import { z } from 'zod';
import { waitFor } from '../../src/host/wait';
import { streamLog } from '../../src/run/log';
import { median, rounded } from '../math/statistics';

/** How long the steps of the sweep take, as the gateway's own log says it at level `debug`. */

const lineSchema = z.object({
  level: z.number(),
  step: z.string().optional(),
  durationMs: z.number().optional(),
});
const WARN = 40;
/** The sweep does it last. */
const LAST_STEP = 'blobs';
const TIMEOUT_MS = 15 * 60_000;

/** One sweep: milliseconds of each step. */
type Sweep = Record<string, number>;

export type SweepLog = ReturnType<typeof createSweepLog>;

/** Makes a log that keeps the sweeps; what should worry somebody goes to stderr. */
export function createSweepLog() {
  const sweeps: Sweep[] = [];
  let current: Sweep = {};
  const write = (text: string): void => {
    const { level, step, durationMs } = lineSchema.parse(JSON.parse(text));
    if (level >= WARN) process.stderr.write(text);
    if (step === undefined || durationMs === undefined) return;
    current[step] = durationMs;
    if (step !== LAST_STEP) return;
    sweeps.push(current);
    current = {};
  };
  const log = streamLog({ write });
  log.level = 'debug';
  return {
    log,
    /** Waits for so many further whole sweeps, and resolves to the median of each step and of the sum. */
    async next(count: number): Promise<Sweep> {
      // One may be half done already.
      const first = sweeps.length + 1;
      const are = () => (sweeps.length >= first + count ? sweeps.slice(first) : undefined);
      const found = await waitFor(are, { timeoutMs: TIMEOUT_MS, everyMs: 100 });
      if (!found) throw new Error(`there were no ${count} sweeps in ${TIMEOUT_MS / 1_000} s`);
      return mediansOf(found);
    },
  };
}

function mediansOf(sweeps: readonly Sweep[]): Sweep {
  const names = Object.keys(sweeps[0] ?? {});
  const steps = names.map((name): [string, number] => [
    name,
    median(sweeps.map((sweep) => sweep[name] ?? 0)),
  ]);
  const sums = sweeps.map((sweep) => Object.values(sweep).reduce((sum, ms) => sum + ms, 0));
  return { ...Object.fromEntries(steps), all: rounded(median(sums), 1) };
}
