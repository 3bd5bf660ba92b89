import { readConfig } from '../../../src/config';
import { ensureSweep } from '../../../src/engine/schedule';
import { ensureFirstWorkspace } from '../../../src/run/first-workspace';
import { openFoundation } from '../../../src/run/foundation';
import type { Foundation } from '../../../src/run/foundation';
import { processLog } from '../../../src/run/log';
import { startApi } from '../../../src/run/api';
import { startWorker } from '../../../src/run/worker';
import { addressAt } from '../../../simulators/part';
import type { Message, Order, ProcessStart } from './messages';
import { withPoints } from './points';
import type { Point } from './points';

/** What `reelay api` and `reelay worker` do, an orderly stop too, over ports with named points, in a process of its own. */

const tell = (message: Message): void => {
  process.send?.(message);
};

let armed: Point | undefined;
let release: () => void = () => undefined;
process.on('message', (order: Order) => {
  if (order.order === 'arm') {
    armed = order.point;
    tell({ kind: 'armed' });
  } else release();
});
// The harness is gone: nobody would end us.
process.on('disconnect', () => process.exit(0));

async function pass(point: Point): Promise<void> {
  if (point !== armed) return;
  armed = undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  tell({ kind: 'reached', point });
  await released;
}

async function main({ role, data, port, publicUrl, simulatorUrl }: ProcessStart): Promise<void> {
  const config = readConfig();
  const base = await openFoundation({
    config,
    data,
    engineAddress: config.environment.TEMPORAL_ADDRESS ?? '',
    databaseUrl: config.environment.DATABASE_URL ?? '',
    simulator: addressAt(simulatorUrl),
    allowCallbacksTo: ['127.0.0.1'],
    publicUrl: () => publicUrl,
    log: processLog(),
  });
  const stop = await start(role, withPoints(base, pass), { data, port, publicUrl });
  process.once('SIGTERM', () => {
    stop()
      .then(() => base.close())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
  });
  tell({ kind: 'ready' });
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}

async function start(
  role: ProcessStart['role'],
  base: Foundation,
  { data, port, publicUrl }: Pick<ProcessStart, 'data' | 'port' | 'publicUrl'>,
): Promise<() => Promise<void>> {
  if (role === 'api') {
    await ensureFirstWorkspace(base, data);
    const api = await startApi(base, { host: '127.0.0.1', port });
    await ensureSweep(base.client, base.config.waits);
    return () => api.close();
  }
  const worker = await startWorker(base, () => publicUrl);
  worker.failed.catch((error: unknown) => {
    process.stderr.write(`the worker failed: ${String(error)}\n`);
    process.exit(1);
  });
  return () => worker.stop();
}

// Sound because only the harness starts this file.
main(JSON.parse(process.argv[2] ?? '{}') as ProcessStart).catch(fail);
