import express, { type Express } from 'express';
import type { Logger } from 'pino';
import { GatewayError } from '../core/errors';
import { errorHandler } from './errors';
import { HTTP_LIMITS } from './limits';
import { refuseOtherMethods } from './methods';
import { assignRequestId } from './request-id';

export interface Readiness {
  ready: boolean;
  /** One word or short reason per dependency; no addresses, no secrets. */
  checks: Record<string, string>;
}

export interface HealthPorts {
  /** Asks the dependencies and answers within a second, whatever hangs; a rejection counts as not ready. */
  readiness: () => Promise<Readiness>;
  version: string;
  /** How many of the models make test clips, of all. */
  /** Counted at each question: a config may be read again. */
  simulated(): { models: number; all: number };
}

/**
 * Probes, without a key. `/livez` never asks a dependency: a broken database is no reason to be killed. `/readyz` says
 * `ok`, `degraded` (it serves, and something that it can do without for a while is away) or, with 503, `not ready`.
 */
export function mountHealth(app: Express, { readiness, version, simulated }: HealthPorts): void {
  app.get('/livez', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get(['/readyz', '/healthz'], async (_request, response) => {
    const { ready, checks } = await readiness().catch((): Readiness => ({
      ready: false,
      checks: { readiness: 'failed' },
    }));
    const status = statusOf({ ready, checks });
    response.status(ready ? 200 : 503).json({ status, checks, simulated: simulated() });
  });
  app.get('/version', (_request, response) => {
    response.json({ name: 'reelay', version });
  });
  refuseOtherMethods(app, ['/livez', '/readyz', '/healthz', '/version'], ['GET']);
}

/**
 * Makes the probes alone, for a process that serves nothing else; what goes wrong is told by a status without a body. It
 * listens on nothing by itself.
 */
export function createProbes(ports: HealthPorts & { logger: Logger }): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(assignRequestId);
  mountHealth(app, ports);
  app.use(() => {
    throw new GatewayError('not_found');
  });
  app.use(errorHandler({ ...ports, apis: [], limits: HTTP_LIMITS, isOutage: () => false }));
  return app;
}

function statusOf({ ready, checks }: Readiness): 'ok' | 'degraded' | 'not ready' {
  if (!ready) return 'not ready';
  return Object.values(checks).every((state) => state === 'ok') ? 'ok' : 'degraded';
}
