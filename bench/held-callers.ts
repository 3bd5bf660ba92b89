import { request } from 'node:http';

/**
 * The callers of a bench, in a process of their own so that the gateway's memory and delays are its own. Started by
 * fork: one message says what to post, one answers what came of it.
 */
export interface Order {
  url: string;
  key: string;
  /** One request each, all at once. */
  bodies: readonly string[];
  /** A caller gives up after so long. */
  timeoutMs: number;
}

export interface Outcome {
  /** HTTP status; 0 for a call that broke off. */
  status: number;
  durationMs: number;
}

function post({ url, key, timeoutMs }: Order, body: string): Promise<Outcome> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const end = (status: number): void => {
      resolve({ status, durationMs: performance.now() - startedAt });
    };
    const call = request(url, {
      method: 'POST',
      agent: false,
      timeout: timeoutMs,
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => {
      end(0);
    });
    call.on('response', (response) => {
      response.resume();
      response.on('end', () => {
        end(response.statusCode ?? 0);
      });
    });
    call.end(body);
  });
}

process.once('message', (order: Order) => {
  void Promise.all(order.bodies.map((body) => post(order, body))).then((outcomes) => {
    process.send?.(outcomes, () => {
      process.disconnect();
    });
  });
});
