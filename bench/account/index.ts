import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../src/commands/kit/exit-codes';
import { onShutdown } from '../../src/commands/shutdown';
import { runLocal } from '../../src/run/local';
import type { LocalGateway } from '../../src/run/local';
import { fileLog } from '../../src/run/log';
import { readSettings } from '../../src/run/settings';
import { rounded } from '../math/statistics';
import { temporaryFolder } from '../parts/temporary';
import { createJobs, readLateness, runningJobs } from './jobs';
import { readUpstream, limitUpstream } from './upstream';
import type { Upstream } from './upstream';

/**
 * A thousand jobs run on one account that takes 60 requests a minute: how many calls it sees, how many it refuses, and
 * how long after a job's end at the provider its caller learns of it. The account is filled without a limit, since 60
 * creates a minute would take a quarter of an hour; then the gateway starts again with the limit, and the account has it
 * too. One process with API, worker and simulator.
 */
/** So many jobs end while it is measured; the others run on. */
const ENDING = 60;
const MINUTE = 60_000;
const MODEL = 'one-account';

interface Plan {
  data: string;
  jobs: number;
  minutes: number;
  perMinute: number;
  jobsPerLook: number | undefined;
}

interface AccountOptions {
  /** Has to be twice the ending ones or more. */
  jobs: number;
  minutes: number;
  requestsPerMinute: number;
  jobsPerLook?: number | undefined;
  json?: true | undefined;
}

export async function benchAccount({ json, ...options }: AccountOptions): Promise<number> {
  const { jobs, minutes, requestsPerMinute: perMinute, jobsPerLook } = options;
  const data = temporaryFolder();
  const plan: Plan = { data, jobs, minutes, perMinute, jobsPerLook };
  try {
    const report = await measure(plan);
    if (!report) return EXIT.interrupted;
    process.stdout.write(`${JSON.stringify(report, null, json ? 0 : 2)}\n`);
    return EXIT.ok;
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

async function measure(plan: Plan): Promise<object | undefined> {
  const { jobs, perMinute, minutes } = plan;
  say(`bench: ${String(jobs)} jobs begin`);
  const endAt = await withGateway(plan, {}, async (gateway) => {
    // The ending ones last until well after the start with the limit, each a little longer than the one before.
    const firstEndAt = Date.now() + Math.ceil(jobs / 8) * 1_000 + MINUTE;
    const spreadMs = ((minutes - 1) * MINUTE) / ENDING;
    await createJobs(gateway, { model: MODEL, jobs, ending: ENDING, firstEndAt, spreadMs });
    await runningJobs(gateway, jobs);
    return firstEndAt;
  });
  if (endAt === undefined) return undefined;
  say('bench: the gateway starts again, with the limit');
  const limits = { requestsPerMinute: perMinute, jobsPerLook: plan.jobsPerLook };
  return withGateway(plan, limits, async (gateway) => {
    await limitUpstream(gateway, perMinute);
    await sleep(Math.max(0, endAt - Date.now()));
    const [before, startedAt] = [await readUpstream(gateway), Date.now()];
    say(`bench: jobs end one after the other for ${String(minutes - 1)} minutes`);
    await sleep(minutes * MINUTE);
    const after = await readUpstream(gateway);
    const lateness = await readLateness(gateway, MODEL);
    return {
      bench: 'account',
      measured: 'one process with API, worker and simulator',
      jobs,
      requests_per_minute: perMinute,
      jobs_per_look: plan.jobsPerLook ?? 'as many as the provider takes',
      ...callsOf(before, after, (Date.now() - startedAt) / MINUTE),
      ...lateness,
    };
  });
}

/** `refused` counts from the moment when the account got its limit. */
const callsOf = (before: Upstream, after: Upstream, minutes: number) => ({
  minutes: rounded(minutes, 2),
  calls_per_minute: rounded((after.requests - before.requests) / minutes, 1),
  single_looks_per_minute: rounded((after.gets - before.gets) / minutes, 1),
  refused: after.rateLimited,
});

interface Limits {
  requestsPerMinute?: number;
  jobsPerLook?: number | undefined;
}

/** Runs the gateway for as long as `use` takes; undefined when somebody ended the bench. */
async function withGateway<T>(
  { data }: Plan,
  limits: Limits,
  use: (gateway: LocalGateway) => Promise<T>,
): Promise<T | undefined> {
  const shutdown = onShutdown();
  const gateway = await runLocal({
    config: readSettings({
      channels: { account: { provider: 'ark', simulated: true, ...limits } },
      models: {
        [MODEL]: {
          channels: [{ channel: 'account', model: 'doubao-seedance-2-0-260128' }],
          price: { free: true },
        },
      },
    }),
    data,
    host: '127.0.0.1',
    port: 0,
    allowCallbacksTo: [],
    say,
    log: fileLog(data),
  });
  try {
    const used = await Promise.race([use(gateway), gateway.failed, shutdown.requested]);
    return typeof used === 'string' ? undefined : used;
  } finally {
    await gateway.stop();
    shutdown.dispose();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
