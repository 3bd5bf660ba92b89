import { request } from 'undici';
import { rounded } from '../math/statistics';

/** How late the event loop of a process was, in milliseconds. */
export interface LoopDelay {
  p50: number;
  p99: number;
  max: number;
}

/**
 * Reads from a process's page of metrics (`nodejs_eventloop_lag_max_seconds 0.0123`) how late its event loop was since the
 * last reading; each reading begins a new stretch. Throws where the page does not tell.
 */
export async function readLoopDelay(metricsOrigin: string): Promise<LoopDelay> {
  const reply = await request(`${metricsOrigin}/metrics`);
  const text = await reply.body.text();
  const read = (name: string): number => {
    const line = new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)$`, 'm').exec(text)?.[1];
    if (line === undefined) throw new Error('the metrics do not tell how late the event loop is');
    return rounded(Number(line) * 1_000, 1);
  };
  return { p50: read('p50'), p99: read('p99'), max: read('max') };
}
