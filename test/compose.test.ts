import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readConfig, type Config } from '../src/config';
import { SEARCH_ATTRIBUTES } from '../workflows/contract';
import { optionsOf } from './support/command-options';

/** What can be known about the image and the compose file without a Docker engine. */
interface Service {
  image?: string;
  build?: { context: string; target: string };
  init?: boolean;
  command?: string[];
  environment?: Record<string, string>;
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  env_file?: unknown;
}

const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const composeText = read('docker-compose.yml');
const compose = parse(composeText) as {
  services: Record<'temporal' | 'postgres' | 'gateway', Service>;
  volumes: Record<string, unknown>;
};
const { temporal, postgres, gateway } = compose.services;
const services = Object.entries(compose.services);

/** The gateway's config as the container would read it: with these variables and no file of a developer's own. */
function gatewayConfig(): Config {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-compose-'));
  try {
    const path = join(folder, 'reelay.config.json');
    writeFileSync(path, '{}');
    return readConfig({ ...gateway.environment, REELAY_CONFIG: path });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Instructions of the Dockerfile as [keyword, rest]; continued lines are one, comments none. */
const instructions = read('Dockerfile')
  .replaceAll(/^\s*#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter(Boolean)
  .map((line): [string, string] => {
    const space = line.indexOf(' ');
    return [line.slice(0, space), line.slice(space + 1)];
  });
const all = (keyword: string): string[] =>
  instructions.filter(([name]) => name === keyword).map(([, rest]) => rest);

describe('docker-compose.yml', () => {
  test('has an engine, a database and the gateway, each with a health check', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['gateway', 'postgres', 'temporal']);
    for (const [name, service] of services) {
      const test = service.healthcheck?.test ?? [];
      expect({ name, kind: test[0] }).toEqual({ name, kind: 'CMD' });
      expect(test.filter((part) => typeof part !== 'string')).toEqual([]);
    }
  });

  test('starts the gateway only after engine and database answer', () => {
    expect(gateway.depends_on).toEqual({
      temporal: { condition: 'service_healthy' },
      postgres: { condition: 'service_healthy' },
    });
  });

  test('comes up without a .env file', () => {
    expect(composeText).not.toMatch(/\$\{?[A-Z_]+/);
    expect(services.filter(([, service]) => service.env_file !== undefined)).toEqual([]);
  });

  test('serves simulated channels only, so that no provider key is needed', () => {
    const config = gatewayConfig();
    const channels = Object.values(config.channels);
    expect(channels.length).toBeGreaterThan(0);
    expect(channels.filter((channel) => !('simulated' in channel))).toEqual([]);
  });

  test('gives the gateway only variables that the config reads', () => {
    const known = read('src/config/environment.ts')
      .match(/^\s+[A-Z][A-Z0-9_]+(?=:)/gm)
      ?.map((name) => name.trim());
    const given = Object.keys(gateway.environment ?? {});
    expect(given.filter((name) => !known?.includes(name))).toEqual([]);
  });

  test('points the gateway at the services beside it', () => {
    const { environment } = gatewayConfig();
    const database = new URL(environment.DATABASE_URL ?? '');
    expect({
      host: database.hostname,
      user: database.username,
      password: database.password,
      name: database.pathname.slice(1),
    }).toEqual({
      host: 'postgres',
      user: postgres.environment?.['POSTGRES_USER'],
      password: postgres.environment?.['POSTGRES_PASSWORD'],
      name: postgres.environment?.['POSTGRES_DB'],
    });
    expect(environment.TEMPORAL_ADDRESS).toBe('temporal:7233');
    expect(temporal.command).toContain(`--namespace=${environment.TEMPORAL_NAMESPACE}`);
  });

  test('registers every search attribute of the workflows and the settings they rely on', () => {
    for (const name of SEARCH_ATTRIBUTES) {
      expect(temporal.command).toContain(`--search-attribute=${name}=Keyword`);
    }
    const settings = (temporal.command ?? []).flatMap((argument) => {
      const [, name, value] = /^--dynamic-config-value=([^=]+)=(.*)$/.exec(argument) ?? [];
      return name && value ? [[name, JSON.parse(value) as unknown] as const] : [];
    });
    expect(Object.fromEntries(settings)).toEqual({
      'matching.useNewMatcher': true,
      'history.timerProcessorMaxTimeShift': '10ms',
    });
  });

  test('publishes ports to this machine only, each once', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    expect(new Set(ports).size).toBe(ports.length);
    expect(postgres.ports).toBeUndefined();
  });

  test('keeps data in named volumes and pins its images', () => {
    const mounted = services.flatMap(([, service]) => service.volumes ?? []);
    expect(mounted.map((mount) => mount.split(':')[0]).sort()).toEqual(
      Object.keys(compose.volumes).sort(),
    );
    expect(temporal.image).toMatch(/:\d+\.\d+\.\d+$/);
    expect(postgres.image).toMatch(/^postgres:18\b/);
  });
});

describe('Dockerfile', () => {
  const stages = all('FROM').map((rest) => {
    const [base = '', , name = ''] = rest.split(' ');
    return { base, name };
  });
  /** Instructions of one stage, without those of the stage that it begins with. */
  const ofStage = (name: string): string[] => {
    const lines = instructions.map(([keyword, rest]) => `${keyword} ${rest}`);
    const start = lines.findIndex((line) => line.endsWith(` AS ${name}`));
    expect(start).toBeGreaterThanOrEqual(0);
    const end = lines.findIndex((line, index) => index > start && line.startsWith('FROM '));
    return lines.slice(start, end);
  };

  test('builds every stage on Debian, because the engine’s native core needs glibc', () => {
    const names = stages.map(({ name }) => name);
    const bases = stages.map(({ base }) => base).filter((base) => !names.includes(base));
    expect([...new Set(bases)]).toEqual(['node:24-bookworm-slim']);
  });

  test('makes an image without simulators unless the development one is asked for', () => {
    expect(stages.at(-1)?.base).toBe('production');
    expect(ofStage('production').join('\n')).toMatch(/--from=dependencies .*node_modules/);
    expect(ofStage('production').join('\n')).not.toMatch(/parts|all-dependencies/);
    expect(ofStage('dependencies').join('\n')).toContain('npm ci --omit=dev --omit=optional');
    expect(ofStage('build').join('\n')).toContain('mv dist/simulators dist/demo parts/');
  });

  test('has the simulators in the image of the compose file', () => {
    expect(gateway.build).toEqual({ context: '.', target: 'development' });
    expect(ofStage('development')).toEqual([
      'FROM production AS development',
      'COPY --from=all-dependencies /app/node_modules ./node_modules',
      'COPY --from=build /app/parts ./dist',
    ]);
    expect(ofStage('all-dependencies').join('\n')).toMatch(/npm ci --omit=dev(?! --omit=optional)/);
  });

  test('copies only what exists and is not ignored', () => {
    const ignored = read('.dockerignore').split('\n').filter(Boolean);
    const sources = all('COPY')
      .filter((rest) => !rest.startsWith('--from='))
      .flatMap((rest) => rest.split(' ').slice(0, -1));
    expect(sources.length).toBeGreaterThan(5);
    expect(sources.filter((source) => !existsSync(join(ROOT, source)))).toEqual([]);
    expect(sources.filter((source) => ignored.includes(source))).toEqual([]);
  });

  test('copies the files that the build and the command load', () => {
    const copied = all('COPY').join(' ');
    const loaded = [...read('scripts/reelay.mjs').matchAll(/from '\.\/([^']+)'/g)];
    for (const [, name] of loaded) expect(copied).toContain(`scripts/${name ?? ''}`);
    expect(loaded.length).toBeGreaterThan(0);
  });

  test('installs no development packages, runs as a user without rights and keeps data in a volume', () => {
    expect(all('RUN').join(' ')).toContain('npm ci --omit=dev');
    expect(all('USER')).toEqual(['10001']);
    expect(all('VOLUME')).toEqual(['/data']);
    expect(gateway.volumes).toEqual(['gateway:/data']);
    expect(gateway.init).toBe(true);
  });

  test('serves, probes and publishes the same port', () => {
    const command = JSON.parse(all('CMD')[0] ?? '[]') as string[];
    const given = gateway.command ?? [];
    expect(given.slice(0, command.length)).toEqual(command);
    const flags = optionsOf(given);
    expect(flags).toMatchObject({ data: '/data', host: '0.0.0.0' });
    const port = String(flags.port);
    expect(all('EXPOSE')).toEqual([port]);
    expect(all('HEALTHCHECK')[0]).toContain(`http://127.0.0.1:${port}/livez`);
    expect(flags.metricsHost).toBe('0.0.0.0');
    expect(gateway.ports).toEqual(
      [port, flags.metricsPort, flags.sdkMetricsPort].map((one) => `127.0.0.1:${one}:${one}`),
    );
    expect(gateway.healthcheck?.test.join(' ')).toContain(`:${port}/readyz`);
  });
});
