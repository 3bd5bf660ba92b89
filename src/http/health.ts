import express, { type Express } from 'express';

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
}

/** Makes the probes alone, for a process that serves nothing else. It listens on nothing by itself. */
export function createProbes(ports: HealthPorts): Express {
  const app = express();
  app.disable('x-powered-by');
  mountHealth(app, ports);
  return app;
}

function statusOf({ ready, checks }: Readiness): 'ok' | 'degraded' | 'not ready' {
  if (!ready) return 'not ready';
  return Object.values(checks).every((state) => state === 'ok') ? 'ok' : 'degraded';
}
