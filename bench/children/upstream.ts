import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../parts/parent';

/** A stand-in for OpenAI's Videos API, for the peer to proxy to: it makes a job of every POST and knows every id. */
export interface UpstreamAnswer {
  origin: string;
}

let made = 0;

const videoOf = (id: string): string =>
  JSON.stringify({
    id,
    object: 'video',
    model: 'sora-2',
    status: 'in_progress',
    progress: 40,
    created_at: 1_767_225_600,
    seconds: '4',
    size: '1280x720',
  });

const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    made += request.method === 'POST' ? 1 : 0;
    const id = request.method === 'POST' ? `video_${String(made)}` : request.url?.split('/').pop();
    response.writeHead(200, { 'content-type': 'application/json' }).end(videoOf(id ?? ''));
  });
});

const listening = new Promise<string>((resolve) => {
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo; // It listens on a port.
    resolve(`http://127.0.0.1:${String(port)}`);
  });
});

answerParent(async (): Promise<UpstreamAnswer> => ({ origin: await listening }));
