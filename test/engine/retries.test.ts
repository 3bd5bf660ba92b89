import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { connectClient } from '../../src/engine/connection';
import { statusOf } from '../../src/engine/engine-error';

/** What a call to the engine says when its time is over, told by a server that speaks gRPC itself. */

const RESOURCE_EXHAUSTED = '8';
const GRPC = { ':status': 200, 'content-type': 'application/grpc' };
/** An empty message, not compressed. */
const EMPTY = Buffer.alloc(5);

test('a call that the engine refuses until its deadline says so, and is no timeout', async () => {
  let refused = 0;
  const server = createServer();
  server.on('stream', (stream, headers) => {
    if (headers[':path']?.endsWith('/GetSystemInfo')) {
      stream.respond(GRPC, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(EMPTY);
      return;
    }
    refused += 1;
    stream.respond({ ...GRPC, 'grpc-status': RESOURCE_EXHAUSTED }, { endStream: true });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { client, close } = await connectClient({ address: `127.0.0.1:${String(port)}` }, 'any');
  const deadline = Date.now() + 3_000;
  const failure: unknown = await client
    .withDeadline(deadline, () => client.workflow.start('any', { workflowId: 'a', taskQueue: 'a' }))
    .catch((error: unknown) => error);
  await close();
  await new Promise((resolve) => server.close(resolve));
  expect(statusOf(failure)).toBe('RESOURCE_EXHAUSTED');
  // Tried again as long as there was time, and not begun once more after it.
  expect(refused).toBe(2);
});
