import { setTimeout as pause } from 'node:timers/promises';
import { simulations } from '../../simulators';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../simulators/server';

/** A simulator on a clock of the test's own, spoken to over real HTTP as Ark's clients speak. */
export interface Upstream extends Simulator {
  advance(ms: number): void;
  create(body: Record<string, unknown>): Promise<Response>;
  /** Creates a text job and gives its id. */
  submit(prompt: string, more?: Record<string, unknown>): Promise<string>;
  task(id: string): Promise<Record<string, unknown>>;
  call(method: string, path: string, body?: string): Promise<Response>;
  job(id: string): Promise<Record<string, unknown>>;
  counters(): Promise<Record<string, unknown>>;
}

export const MODEL = 'doubao-seedance-2-0-260128';
// No connection is kept: a restarted simulator may take its old port again.
const CLOSE = { connection: 'close' };
const HEADERS = {
  ...CLOSE,
  authorization: 'Bearer a-key',
  'content-type': 'application/json',
};
const TASKS = '/contents/generations/tasks';

export async function startUpstream(
  options: Partial<SimulatorOptions> & { startAt?: number } = {},
): Promise<Upstream> {
  let clock = options.startAt ?? Date.parse('2026-11-21T12:00:00Z');
  const simulator = await startSimulator({ simulations, now: () => clock, ...options });
  const base = simulator.baseUrlOf('ark');
  const call: Upstream['call'] = (method, path, body) =>
    fetch(`${base}${TASKS}${path}`, {
      method,
      headers: HEADERS,
      ...(body === undefined ? {} : { body }),
    });
  const create: Upstream['create'] = (body) => call('POST', '', JSON.stringify(body));
  const control = async (path: string): Promise<Record<string, unknown>> =>
    json(await fetch(`${simulator.url}/_sim/${path}`, { headers: CLOSE }));
  return {
    ...simulator,
    advance: (ms) => {
      clock += ms;
    },
    call,
    create,
    submit: async (prompt, more = {}) => {
      const response = await create({
        model: MODEL,
        content: [{ type: 'text', text: prompt }],
        ratio: '16:9',
        ...more,
      });
      const { id } = await json(response);
      if (typeof id !== 'string') throw new Error(`not accepted: ${String(response.status)}`);
      return id;
    },
    task: async (id) => json(await call('GET', `/${id}`)),
    job: (id) => control(`jobs/${id}`),
    counters: () => control('counters'),
  };
}

export async function json(response: Response): Promise<Record<string, unknown>> {
  return (await response.json()) as Record<string, unknown>;
}

/** Waits for a condition, at most ten seconds. */
export async function until<T>(probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  for (const end = Date.now() + 30_000; Date.now() < end; await pause(20)) {
    const value = await probe();
    if (value) return value;
  }
  throw new Error('the condition did not come true within 30 s');
}
