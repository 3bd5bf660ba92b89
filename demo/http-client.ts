import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';

/** The demo's own HTTP client calls our origins on this machine, as a caller would. */
export interface Exchange {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface OutgoingRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  body?: string;
}

const TIMEOUT_MS = 60_000;

export function exchange(outgoing: OutgoingRequest): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const { url, method, headers = {}, body } = outgoing;
    const sent = request(url, { method, headers, timeout: TIMEOUT_MS }, (answer) => {
      collect(answer).then((bytes) => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes });
      }, reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${new URL(url).origin}`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Performs an exchange and reads its JSON. Throws for a status outside 2xx, and quotes the answer. */
export async function exchangeJson(outgoing: OutgoingRequest): Promise<unknown> {
  const answer = await exchange(outgoing);
  const text = answer.body.toString('utf8');
  if (answer.status < 200 || answer.status > 299) {
    throw new Error(
      `${outgoing.method} ${outgoing.url} answered ${String(answer.status)}: ${text}`,
    );
  }
  return JSON.parse(text) as unknown;
}

async function collect(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  // Streams of IncomingMessage without an encoding yield Buffers.
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
