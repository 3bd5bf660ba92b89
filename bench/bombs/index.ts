import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../../src/commands/kit/exit-codes';
import { freePort } from '../../src/host/free-port';
import { readSettings } from '../../src/run/settings';
import { startReady } from '../parts/program';
import { temporaryFolder } from '../parts/temporary';
import { BOMBS, type Bomb } from './attacks';
import { openIdle, sendPipelined } from './many';
import { sendBomb } from './send';
import { watchWhile, type Attacked, type Watched } from './watch';

/**
 * What each attack costs one gateway, a process of its own with a usual heap: when it was refused and with what, how
 * much memory it took, how long it held up the event loop, and what other callers waited meanwhile.
 */
const IDLE = 2_000;
const PIPELINED = 100_000;
/** What is closed as one too many is closed by then. */
const SETTLE_MS = 500;

interface BombsOptions {
  json?: true | undefined;
}

interface Row extends Watched {
  attack: string;
  outcome: string;
  afterMs: number;
}

export async function benchBombs({ json }: BombsOptions): Promise<number> {
  const data = temporaryFolder();
  const metricsPort = await freePort();
  const { program, ready } = startReady<{ api: string; key: string; pid: number }>({
    name: 'gateway',
    data,
    command: process.execPath,
    args: [
      join(__dirname, '..', '..', '..', 'scripts', 'reelay.mjs'),
      ...['start', '--json', '--data', join(data, 'data'), '--port', '0'],
      ...['--metrics-port', String(metricsPort)],
    ],
    env: readSettings().childEnvironment,
  });
  try {
    const attacked = { ...(await ready), metrics: `http://127.0.0.1:${String(metricsPort)}` };
    const rows: Row[] = [];
    for (const attack of attacksOn(attacked)) {
      const row = await Promise.race([measure(attacked, attack), program.failed]);
      process.stderr.write(`${lineOf(row)}\n`);
      rows.push(row);
    }
    const report = { bench: 'bombs', attacks: rows };
    if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else process.stdout.write(`${[TITLES, ...rows.map(lineOf)].join('\n')}\n`);
    return rows.every(({ others }) => others.refused === 0) ? EXIT.ok : EXIT.failed;
  } finally {
    process.kill(program.pid, 'SIGTERM');
    await program.failed.catch(() => undefined);
    rmSync(data, { recursive: true, force: true });
  }
}

interface Attack {
  name: string;
  /** Resolves with what came of it. */
  run(): Promise<string>;
}

function attacksOn({ api, key }: Attacked): readonly Attack[] {
  const send = (bomb: Bomb): Attack => ({
    name: bomb.name,
    run: async () => String((await sendBomb(bomb, api, key)).status),
  });
  return [
    ...BOMBS.map(send),
    {
      name: `${String(IDLE)} connections that say nothing`,
      run: async () => {
        const idle = await openIdle(api, IDLE);
        await sleep(SETTLE_MS);
        const left = idle.open();
        idle.end();
        return `${String(left)} open`;
      },
    },
    {
      name: `${String(PIPELINED)} requests at once on one connection`,
      run: async () => JSON.stringify(await sendPipelined(api, key, PIPELINED)),
    },
  ];
}

async function measure(attacked: Attacked, { name, run }: Attack): Promise<Row> {
  const startedAt = performance.now();
  const { result, watched } = await watchWhile(attacked, async () => {
    const outcome = await run();
    return { outcome, afterMs: Math.round(performance.now() - startedAt) };
  });
  return { attack: name, ...result, ...watched };
}

const TITLES =
  'attack | outcome | after ms | memory MiB | event loop ms | others answered | others refused | longest of others ms';

function lineOf({ attack, outcome, afterMs, memoryMib, loopDelayMs, others }: Row): string {
  const { answered, refused, longestMs } = others;
  return [attack, outcome, afterMs, memoryMib, loopDelayMs, answered, refused, longestMs].join(
    ' | ',
  );
}
