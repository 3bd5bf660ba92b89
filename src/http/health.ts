import type { Express } from 'express';

export interface Readiness {
  ready: boolean;
  /** One word or short reason per dependency; no addresses, no secrets. */
  checks: Record<string, string>;
}

export interface HealthPorts {
  /** Asks the dependencies; a rejection counts as not ready. */
  readiness: () => Promise<Readiness>;
  version: string;
}

/** Probes, without a key. `/livez` never asks a dependency: a broken database is no reason to be killed. */
export function mountHealth(app: Express, { readiness, version }: HealthPorts): void {
  app.get('/livez', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get(['/readyz', '/healthz'], async (_request, response) => {
    const { ready, checks } = await readiness().catch((): Readiness => ({
      ready: false,
      checks: { readiness: 'failed' },
    }));
    response.status(ready ? 200 : 503).json({ status: ready ? 'ok' : 'not ready', checks });
  });
  app.get('/version', (_request, response) => {
    response.json({ name: 'reelay', version });
  });
}
