import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

/**
 * A listener in a thread that sleeps, with its short queue filled up: the next connection hangs. `acceptAll` wakes it
 * and tells what came in once one connection more than ours was accepted and one was closed by its client.
 */
export async function unacceptingServer(): Promise<{
  port: number;
  acceptAll(): Promise<{ bytes: number }>;
  close(): Promise<void>;
}> {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(SLEEPER, { eval: true, workerData: gate });
  const [port] = (await once(worker, 'message')) as [number]; // the thread's first word is its port
  const fillers = await fill(port);
  return {
    port,
    async acceptAll() {
      const told = once(worker, 'message');
      Atomics.store(gate, 1, fillers.length + 1);
      Atomics.store(gate, 0, 1);
      Atomics.notify(gate, 0);
      const [seen] = (await told) as [{ bytes: number }]; // its second word
      return seen;
    },
    async close() {
      for (const socket of fillers) socket.destroy();
      await worker.terminate();
    },
  };
}

/** Connects until one connection hangs; how many fit is the system's choice. */
async function fill(port: number): Promise<Socket[]> {
  const fillers: Socket[] = [];
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    fillers.push(socket);
    const timer = AbortSignal.timeout(HANGS_MS);
    const isConnected = await once(socket, 'connect', { signal: timer }).catch(() => undefined);
    if (!isConnected) return fillers;
    if (fillers.length > QUEUE_MAX) throw new Error('the listener takes everything');
  }
}

const HANGS_MS = 200;
const QUEUE_MAX = 16;

const SLEEPER = `
const { parentPort, workerData: gate } = require('node:worker_threads');
const seen = { connections: 0, bytes: 0 };
let closed = 0;
const tell = () => {
  if (seen.connections === gate[1] && closed > 0) parentPort.postMessage(seen);
};
const server = require('node:net').createServer((socket) => {
  seen.connections += 1;
  socket.on('data', (chunk) => (seen.bytes += chunk.length));
  socket.on('error', () => undefined);
  socket.on('close', () => { closed += 1; tell(); });
  tell();
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(gate, 0, 0);
});
`;
