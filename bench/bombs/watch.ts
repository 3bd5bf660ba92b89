import { readFileSync } from 'node:fs';
import { Agent, request, type RequestOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { readLoopDelay } from '../machine/event-loop';
import { readKib } from '../machine/proc';

/** The process under attack, and how others reach it. */
export interface Attacked {
  api: string;
  key: string;
  pid: number;
  /** The origin of its page of metrics, which tells how late its event loop was. */
  metrics: string;
}

/** What others saw of a process, and what it cost, while something went on. */
export interface Watched {
  /** Peak of its memory above what it had before, in MiB. */
  memoryMib: number;
  /** The longest time for which its event loop did nothing else, in milliseconds. */
  loopDelayMs: number;
  others: { answered: number; refused: number; longestMs: number };
}

const EVERY_MS = 50;
const KIB_PER_MIB = 1024;

/** Watches a process while `work` goes on: its memory, its event loop, and whether others are answered meanwhile. */
export async function watchWhile<Result>(
  attacked: Attacked,
  work: () => Promise<Result>,
): Promise<{ result: Result; watched: Watched }> {
  const before = residentMib(attacked.pid);
  await readLoopDelay(attacked.metrics); // each reading begins a new stretch
  const others = { answered: 0, refused: 0, longestMs: 0 };
  let peak = before;
  const goingOn = { is: true };
  const watching = (async () => {
    // A connection of its own, as another caller's would be.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    do {
      const { status, tookMs } = await ask(attacked, agent);
      if (status === 200) others.answered += 1;
      else others.refused += 1;
      others.longestMs = Math.max(others.longestMs, tookMs);
      peak = Math.max(peak, residentMib(attacked.pid));
      await sleep(EVERY_MS);
    } while (goingOn.is);
    agent.destroy();
  })();
  try {
    const result = await work();
    goingOn.is = false;
    await watching;
    const watched = {
      memoryMib: Math.round(peak - before),
      loopDelayMs: Math.round((await readLoopDelay(attacked.metrics)).max),
      others,
    };
    return { result, watched };
  } finally {
    goingOn.is = false;
  }
}

const residentMib = (pid: number): number =>
  (readKib(readFileSync(`/proc/${String(pid)}/status`, 'utf8'), 'VmRSS') ?? 0) / KIB_PER_MIB;

/** Asks what every caller asks; status 0 where the connection broke off. */
async function ask({ api, key }: Attacked, agent: Agent) {
  const startedAt = performance.now();
  const headers = { authorization: `Bearer ${key}` };
  const { status } = await get(`${api}/v1/videos/models`, { agent, headers });
  return { status, tookMs: Math.round(performance.now() - startedAt) };
}

function get(url: string, options: RequestOptions = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve) => {
    const call = request(url, options);
    call.once('error', (error) => {
      resolve({ status: 0, text: error.message });
    });
    call.once('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      response.once('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    call.end();
  });
}
