import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BOMBS } from '../../bench/bombs/attacks';
import { openIdle, sendPipelined } from '../../bench/bombs/many';
import { sendBomb } from '../../bench/bombs/send';
import { watchWhile, type Attacked } from '../../bench/bombs/watch';
import { freePort } from '../../src/host/free-port';
import { ready, reelay, type Command } from '../support/command';
import { sendStalled } from '../support/stalled';
import { REQUEST, until } from '../support/gateway';

/**
 * What somebody sends who wants a gateway to end, or to serve nobody else, is refused in the caller's error shape, costs
 * little, and others are answered meanwhile: a real process with a usual heap. `npm run bench -- bombs` prints figures.
 */

/** Far above what any bomb takes (tens of MiB), and far below what would end a process. */
const MEMORY_MIB_MAX = 400;
/** A caller beside a bomb waits no longer, on a machine that other tests keep busy. */
const OTHERS_WAIT_MS_MAX = 10_000;
const CONNECTIONS_PER_ADDRESS = 300;
const PACE = { bodyIdleMs: 3_000, bytesPerSecond: 240 };

let data = '';
let command: Command;
let attacked: Attacked;

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'reelay-bombs-'));
  chmodSync(data, 0o711);
  const config = {
    waits: { bodyIdleMs: PACE.bodyIdleMs },
    limits: {
      bodyBytesPerSecond: PACE.bytesPerSecond,
      connectionsPerAddress: CONNECTIONS_PER_ADDRESS,
    },
  };
  writeFileSync(join(data, 'reelay.config.json'), JSON.stringify(config));
  const metricsPort = await freePort();
  command = reelay(
    [
      ...['start', '--json', '--port', '0', '--data', join(data, 'data')],
      ...['--metrics-port', String(metricsPort)],
    ],
    { REELAY_CONFIG: join(data, 'reelay.config.json') },
  );
  const told = await ready<{ api: string; key: string; pid: number }>(command);
  attacked = { ...told, metrics: `http://127.0.0.1:${String(metricsPort)}` };
});

afterAll(async () => {
  command.child.kill('SIGTERM');
  await command.ended;
  rmSync(data, { recursive: true, force: true });
});

/** Runs an attack and checks what it must not do to the process and to others. */
async function survived<Result>(attack: () => Promise<Result>): Promise<Result> {
  const { result, watched } = await watchWhile(attacked, attack);
  expect(watched.others).toMatchObject({ refused: 0 });
  expect(watched.others.answered).toBeGreaterThan(0);
  expect(watched.others.longestMs).toBeLessThan(OTHERS_WAIT_MS_MAX);
  expect(watched.memoryMib).toBeLessThan(MEMORY_MIB_MAX);
  expect(command.child.exitCode).toBeNull();
  return result;
}

test.each(BOMBS.map((bomb) => [bomb.name, bomb] as const))(
  '%s is refused in the shape of the API, and others are answered meanwhile',
  async (_name, bomb) => {
    const { status, text } = await survived(() => sendBomb(bomb, attacked.api, attacked.key));
    expect(status).toBe(bomb.refused);
    const body: unknown = JSON.parse(text.slice(text.lastIndexOf('\r\n\r\n') + 4));
    expect(body).toMatchObject({ error: { message: expect.stringMatching(bomb.says) } });
  },
);

test('an address that has its connections gets no more of them, and another one does', async () => {
  const left = await survived(async () => {
    const idle = await openIdle(attacked.api, 2 * CONNECTIONS_PER_ADDRESS);
    await until('the rest to be closed', async () =>
      idle.open() <= CONNECTIONS_PER_ADDRESS ? true : undefined,
    );
    const answer = await fetch(`${attacked.api}/livez`);
    expect(answer.status).toBe(200);
    const open = idle.open();
    idle.end();
    return open;
  });
  expect(left).toBe(CONNECTIONS_PER_ADDRESS);
  expect(command.err()).toContain('limits.connectionsPerAddress');
});

test('a connection on which more is asked at once than any client asks is closed', async () => {
  const statuses = await survived(() => sendPipelined(attacked.api, attacked.key, 100_000));
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  expect(answered).toBeLessThanOrEqual(100);
});

test('a slow and honest body is read to its end, past the stretch over which its pace is measured', async () => {
  const body = JSON.stringify({ ...REQUEST, prompt: `slow ${'x'.repeat(1_500)}` });
  const slow = sendStalled(attacked.api, '/v1/videos?dry_run=true', {
    headers: { authorization: `Bearer ${attacked.key}`, 'content-type': 'application/json' },
    declared: Buffer.byteLength(body),
    body: Buffer.alloc(0),
  });
  const pieces = body.match(/.{1,100}/gs) ?? [];
  const startedAt = performance.now();
  for (const piece of pieces) {
    slow.socket.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  expect(performance.now() - startedAt).toBeGreaterThan(PACE.bodyIdleMs);
  expect(await slow.status()).toBe(200);
  slow.end();
});
