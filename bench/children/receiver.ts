import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../parts/parent';

/** A receiver of callbacks that answers 204 at once and remembers when it first heard of each job. */
export type ReceiverQuestion = { kind: 'url' } | { kind: 'arrivals' };

export interface ReceiverAnswer {
  /** The URL to send callbacks to. */
  url: string;
  /** Unix milliseconds of the first message, by `video_<hex>`; forgotten once they were told. */
  arrivals: Record<string, number>;
}

const arrivals = new Map<string, number>();

const server = createServer((request, response) => {
  const at = Date.now();
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const id = /"id":\s*"(video_[0-9a-f]+)"/.exec(Buffer.concat(chunks).toString('utf8'))?.[1];
    if (id !== undefined && !arrivals.has(id)) arrivals.set(id, at);
    response.writeHead(204).end();
  });
});

const listening = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo; // It listens on a port.
    resolve(`http://127.0.0.1:${String(port)}/callbacks`);
  });
});

answerParent(async ({ kind }: ReceiverQuestion): Promise<ReceiverAnswer> => {
  const told = Object.fromEntries(arrivals);
  if (kind === 'arrivals') arrivals.clear();
  return { url: await listening, arrivals: told };
});
