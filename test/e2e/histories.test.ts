import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startTestGateway, until } from '../support/gateway';
import type { TestGateway } from '../support/gateway';
import { toText } from '../support/history-file';
import { PATHS, pathConfig } from '../support/paths';
import type { PathWorld } from '../support/paths';

/**
 * Every path costs the number of events that the documentation says. With REELAY_RECORD_HISTORIES=1 the histories of
 * paths that have none are also written to test/replay, from where test/replay.test.ts replays them: `npm run -s record`.
 */

const FOLDER = join(__dirname, '..', 'replay');
const isRecording = process.env['REELAY_RECORD_HISTORIES'] === '1';

let gateway: TestGateway;
let receiver: Server;
let world: PathWorld;
const answers = new Map<string, number[]>();

beforeAll(async () => {
  receiver = createServer((request, response) => {
    if (request.url?.startsWith('/provider')) {
      const error = { code: 'AuthenticationError', message: 'the key is wrong' };
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ error }));
      return;
    }
    response.writeHead(answers.get(request.url ?? '')?.shift() ?? 204).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  gateway = await startTestGateway(pathConfig(`${origin}/provider`));
  world = {
    gateway,
    receiver(statuses: readonly number[]) {
      const path = `/${String(answers.size)}`;
      answers.set(path, [...statuses]);
      return `${origin}${path}`;
    },
  };
  if (isRecording) mkdirSync(FOLDER, { recursive: true });
});

afterAll(async () => {
  await gateway?.close();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
});

test.concurrent.each(Object.entries(PATHS))('%s', async (name, { events, status, make }) => {
  const { workflowId, runId } = await make(world);
  const handle = gateway.base.client.workflow.getHandle(workflowId, runId);
  // The run of a delivery may not even have begun.
  const closed = await until(`${workflowId} to close`, async () => {
    const run = await handle.describe().catch(() => undefined);
    return run?.status.name === 'RUNNING' ? undefined : run;
  });
  const file = join(FOLDER, `${name}.json`);
  if (isRecording && !existsSync(file)) {
    writeFileSync(file, toText(await handle.fetchHistory()));
  }
  expect([status].flat()).toContain(closed.status.name);
  const [min, max] = typeof events === 'number' ? [events, events] : events;
  expect(closed.historyLength).toBeGreaterThanOrEqual(min);
  expect(closed.historyLength).toBeLessThanOrEqual(max);
});
