import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../../src/host/reason';
import { createStack } from '../../../src/run/stack';
import { until } from '../kill/until';
import { CAUSES } from './causes';
import type { Cause, World } from './causes';
import { install } from './installation';
import type { Installation } from './installation';
import { startPrometheus } from './prometheus';
import type { Prometheus } from './prometheus';
import { AGES, quickRules, rulesOf } from './quick-rules';

/**
 * Fires every alert of deploy/prometheus/alerts.yml by what it is about, on a real Reelay, Temporal and Prometheus, after
 * an installation in good health has fired none. `npm run alerts -- --cause`
 */
const SHIPPED = join(__dirname, '../../../deploy/prometheus/alerts.yml');
/** Milliseconds that all of it may take. */
const RUN_MS = 600_000;
/** Milliseconds in which an alert that fired for another reason is over: rules look back half a minute. */
const QUIET_MS = 60_000;
const FIRES_MS = 60_000;
const HEALTHY_JOBS = 5;
/** Milliseconds of good health, some evaluations long. */
const HEALTHY_MS = 5_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const stack = createStack((name, error) => {
  process.stderr.write(`stopping ${name}: ${reasonOf(error)}\n`);
});
let installation: Installation | undefined;

async function main(): Promise<number> {
  const shipped = readFileSync(SHIPPED, 'utf8');
  installation = await install(stack);
  const prometheus = await startPrometheus({
    folder: join(installation.data, 'prometheus'),
    rules: quickRules(shipped, AGES),
    ports: installation.ports,
  });
  stack.push('Prometheus', () => prometheus.stop());
  const world = worldOf(installation, prometheus, shipped);
  await beHealthy(world, prometheus);
  const fired: string[] = [];
  for (const cause of CAUSES) fired.push(...(await fire(cause, world, prometheus)));
  const alerts = rulesOf(shipped).map(({ alert }) => alert);
  const missing = alerts.filter((alert) => !fired.includes(alert));
  const count = String(alerts.length - missing.length);
  say(
    `${count} of ${String(alerts.length)} alerts fired${missing.map((name) => `, not ${name}`).join('')}`,
  );
  return missing.length === 0 ? 0 : 1;
}

/** Lets jobs and callbacks end well. Throws when an alert fires all the same, or a target is not there. */
async function beHealthy(world: World, prometheus: Prometheus): Promise<void> {
  const ids = await Promise.all(
    Array.from({ length: HEALTHY_JOBS }, () =>
      world.create('well', 'seconds=1 video=shared', world.receiver.taking),
    ),
  );
  for (const id of ids) await until(`${id} to end`, () => completed(world, id));
  // A worker that has just begun has not swept yet.
  await until('all to be scraped and well', async () => {
    const wrong = [...(await prometheus.away()), ...(await prometheus.firing())];
    if (wrong.length > 0) throw new Error(wrong.join(', '));
    return true;
  });
  for (const end = Date.now() + HEALTHY_MS; Date.now() < end; await sleep(500)) {
    const firing = await prometheus.firing();
    if (firing.length > 0) throw new Error(`in good health there fired ${firing.join(', ')}`);
  }
  say(`good health: ${String(HEALTHY_JOBS)} jobs with callbacks ended, and nothing fired`);
}

async function completed({ api, key }: World, id: string): Promise<true | undefined> {
  const answer = await fetch(`${api}/v1/videos/${id}`, {
    headers: { authorization: `Bearer ${key}` },
  });
  // Sound because this is what the API answers.
  const { status } = (await answer.json()) as { status: string };
  if (status === 'failed') throw new Error(`${id} failed`);
  return status === 'completed' || undefined;
}

/** Names the alerts that the cause has fired, and says of each how long that took or that it did not. */
async function fire(cause: Cause, world: World, prometheus: Prometheus): Promise<string[]> {
  const { alerts, what } = cause;
  const fired: string[] = [];
  let mend: (() => Promise<unknown>) | undefined;
  try {
    await until(
      `${alerts.join(', ')} to be quiet`,
      async () => !(await prometheus.firing()).some((name) => alerts.includes(name)) || undefined,
      QUIET_MS,
    );
    const startedAt = Date.now();
    mend = await cause.happen(world);
    for (const alert of alerts) {
      await until(
        `${alert} to fire`,
        async () => (await prometheus.firing()).includes(alert) || undefined,
        FIRES_MS,
      );
      const seconds = ((Date.now() - startedAt) / 1_000).toFixed(1);
      say(`${alert.padEnd(26)} fired after ${seconds.padStart(5)} s by ${what}`);
      fired.push(alert);
    }
  } catch (error) {
    say(`${alerts.join(', ')}: ${reasonOf(error)}; by ${what}`);
  }
  await mend?.();
  return fired;
}

function worldOf(installed: Installation, prometheus: Prometheus, shipped: string): World {
  const { api, key } = installed;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return {
    ...installed,
    shipped,
    useRules: prometheus.use,
    async create(model, directives, callbackUrl) {
      const prompt = `a paper boat [[sim ${directives}]]`;
      const body = { model, prompt, ...(callbackUrl ? { callback_url: callbackUrl } : {}) };
      const sent = { method: 'POST', headers, body: JSON.stringify(body) };
      const answer = await fetch(`${api}/v1/videos`, sent);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`POST /v1/videos: ${String(answer.status)} ${text}`);
      // Sound because this is what the API answers.
      return (JSON.parse(text) as { id: string }).id;
    },
    async cancel(id) {
      await fetch(`${api}/v1/videos/${id}`, { method: 'DELETE', headers });
    },
  };
}

const endings = new Promise<never>((_, reject) => {
  const late = setTimeout(() => reject(new Error(`not over after ${String(RUN_MS)} ms`)), RUN_MS);
  late.unref();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => reject(new Error(signal)));
});

Promise.race([main(), endings])
  .catch((error: unknown) => {
    process.stderr.write(`${reasonOf(error)}\n${installation?.said() ?? ''}\n`);
    return 1;
  })
  .then(async (code) => {
    await stack.stop();
    process.exit(code);
  })
  .catch(() => process.exit(1));
