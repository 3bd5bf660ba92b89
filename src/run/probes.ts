import { createProbes } from '../http/health';
import type { Readiness } from '../http/health';
import { listen } from '../http/listen';
import type { HttpServer } from '../http/listen';
import type { Foundation } from './foundation';
import { createReadiness } from './readiness';
import { countSimulated } from './simulated';
import { VERSION } from './version';

/** The address on which a process listens. */
export interface ListenOptions {
  host: string;
  port: number;
}

/** Makes what `/readyz` of a process asks: its database and the engine. */
export function readinessOf(
  { client, config, database }: Foundation,
  { isEngineNeeded, stopping }: { isEngineNeeded: boolean; stopping: AbortSignal },
): () => Promise<Readiness> {
  const answerMs = config.waits.readyMs;
  const askEngine = (): Promise<unknown> =>
    client.withDeadline(Date.now() + answerMs, () => client.workflowService.getSystemInfo({}));
  return createReadiness({
    dependencies: {
      database: { ask: () => database.pool.query('SELECT 1'), isNeeded: true },
      engine: { ask: askEngine, isNeeded: isEngineNeeded },
    },
    answerMs,
    stopping,
  });
}

/** Starts the probes of a process that serves no API. It is ready while it can work: with both database and engine. */
export function startProbes(
  base: Foundation,
  options: ListenOptions & { stopping: AbortSignal },
): Promise<HttpServer> {
  const { stopping } = options;
  const readiness = readinessOf(base, { isEngineNeeded: true, stopping });
  const simulated = () => countSimulated(base.catalog);
  const probes = createProbes({ readiness, version: VERSION, simulated, logger: base.log });
  return listen(probes, options);
}
