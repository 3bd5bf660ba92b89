import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ready, reelay } from '../support/command';
import type { Command } from '../support/command';
import { REQUEST, until } from '../support/gateway';

/** An orderly stop loses nothing that was paid for: a POST under way ends, and its answer is stored. */

/** How long the provider takes to answer a submit. */
const POST_MS = 25_000;
/** The stop is asked for this long after the provider has the submit. */
const STOP_AFTER_MS = 2_000;

const commands: Command[] = [];
let data = '';
let upstream: ChildProcess;
let origin = '';

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'reelay-stop-'));
  chmodSync(data, 0o711);
  upstream = fork(join(__dirname, '../support/slow-upstream.cjs'), [
    join(data, 'upstream'),
    String(POST_MS),
  ]);
  const [said] = (await once(upstream, 'message')) as [{ url: string }];
  origin = said.url;
  const config = {
    channels: {
      slow: {
        provider: 'ark',
        baseUrl: `${origin}/ark`,
        credentials: { apiKey: 'simulated' },
        resultOrigins: [origin],
      },
    },
    models: {
      'seedance-2.0': {
        channels: [{ channel: 'slow', model: 'doubao-seedance-2-0-260128' }],
        price: { perJob: '25' },
      },
    },
    waits: {
      // Whoever gives the submit up says so soon.
      unknownGraceMs: 500,
      unknownMs: 3_000,
      cadence: { firstLookShare: 0, intervalMinMs: 250, intervalMaxMs: 250, intervalShare: 0.1 },
    },
  };
  writeFileSync(join(data, 'reelay.config.json'), JSON.stringify(config));
});

afterAll(async () => {
  for (const { child } of commands) if (child.exitCode === null) child.kill('SIGKILL');
  await reelay(['stop', '--data', join(data, 'data')]).ended;
  upstream.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

async function start(): Promise<{ command: Command; api: string; key: string }> {
  const command = reelay(['start', '--json', '--port', '0', '--data', join(data, 'data')], {
    REELAY_CONFIG: join(data, 'reelay.config.json'),
  });
  commands.push(command);
  return { command, ...(await ready<{ api: string; key: string }>(command)) };
}

const counted = async (prompt: string): Promise<{ seen: number; accepted: number } | undefined> => {
  const answer = await fetch(`${origin}/_sim/counters`);
  const counters = (await answer.json()) as { by_prompt: Record<string, never> };
  return counters.by_prompt[prompt];
};

test('SIGTERM two seconds into a POST of 25 s: one submit, and the job succeeds after the restart', async () => {
  const first = await start();
  const prompt = 'a long submit [[sim polls=3 fault=slow on=submit count=1 video=shared]]';
  const posted = await fetch(`${first.api}/v1/videos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${first.key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...REQUEST, prompt }),
  });
  expect(posted.status).toBe(200);
  const { id } = (await posted.json()) as { id: string };
  await until('the provider to have the submit', () => counted(prompt));
  const sentAt = Date.now();
  await until('two seconds', async () => Date.now() - sentAt > STOP_AFTER_MS || undefined);
  first.command.child.kill('SIGTERM');
  expect(await first.command.ended).toBe(0);
  const tookMs = Date.now() - sentAt;

  const second = await start();
  const video = await until('the job to end', async () => {
    const answer = await fetch(`${second.api}/v1/videos/${id}`, {
      headers: { authorization: `Bearer ${second.key}` },
    });
    const { status } = (await answer.json()) as { status: string };
    return status === 'completed' || status === 'failed' ? status : undefined;
  });
  expect(video).toBe('completed');
  expect(await counted(prompt)).toEqual({ seen: 1, accepted: 1 });
  // It waited for the answer, which nothing else would have told, and, having it, for nothing more.
  expect(tookMs).toBeLessThan(POST_MS + 20_000);
  second.command.child.kill('SIGTERM');
  expect(await second.command.ended).toBe(0);
});
