import { request, type IncomingMessage } from 'node:http';
import { answerParent } from '../parts/parent';

/** Readers of streams of events: one process that holds many open and remembers when each event arrived. */
export type StreamsQuestion =
  | { kind: 'open'; streams: readonly { url: string; headers: Record<string, string> }[] }
  | { kind: 'arrivals' }
  | { kind: 'close' };

export interface StreamsAnswer {
  /** Unix milliseconds, with their fractions, at which each reader got an event, by its id; forgotten once they were told. */
  arrivals: Record<string, number[]>;
  /** Streams that are open. */
  open: number;
}

const open = new Set<IncomingMessage>();
const arrivals = new Map<string, number[]>();

async function answer(question: StreamsQuestion): Promise<StreamsAnswer> {
  if (question.kind === 'open') {
    await Promise.all(question.streams.map(({ url, headers }) => follow(url, headers)));
  }
  if (question.kind === 'close') for (const stream of open) stream.destroy();
  const told = Object.fromEntries(arrivals);
  if (question.kind === 'arrivals') arrivals.clear();
  return { arrivals: told, open: open.size };
}

/** Opens a stream, and resolves when its first block is there, which tells no event. */
function follow(url: string, headers: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(url, { agent: false, headers: { ...headers, accept: EVENT_STREAM } });
    call.once('error', reject);
    call.once('response', (response) => {
      if (response.statusCode !== 200) {
        reject(new Error(`a stream of events was answered with ${String(response.statusCode)}`));
        response.destroy();
        return;
      }
      open.add(response);
      let rest = '';
      response.setEncoding('utf8');
      response.on('data', (text: string) => {
        const blocks = `${rest}${text}`.split('\n\n');
        rest = blocks.pop() ?? '';
        blocks.forEach(note);
        resolve();
      });
      response.on('error', () => undefined); // 'close' follows
      response.once('close', () => open.delete(response));
    });
    call.end();
  });
}

/** `id: 7421-019b…`, `event: video.queued`, `data: {…}`: an event that has a place. */
function note(block: string): void {
  const id = /^id: (.+)$/m.exec(block)?.[1];
  if (id === undefined || !block.includes('\ndata: ')) return;
  const at = performance.timeOrigin + performance.now();
  const others = arrivals.get(id);
  if (others) others.push(at);
  else arrivals.set(id, [at]);
}

const EVENT_STREAM = 'text/event-stream';

answerParent(answer);
