import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { parseAllDocuments } from 'yaml';
import { readConfig } from '../src/config';
import { connectionsMax } from '../src/run/connections';
import { optionsOf } from './support/command-options';

/** The examples for process managers are read as their programs read them, and agree with the code's own waits. */

const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

interface Container {
  name: string;
  args: string[];
  image: string;
  ports?: { name: string; containerPort: number }[];
  readinessProbe?: { httpGet: { port: string }; timeoutSeconds: number };
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec: {
    selector?: { matchLabels?: Record<string, string> };
    template: {
      metadata: { labels: Record<string, string> };
      spec: { terminationGracePeriodSeconds?: number; containers: [Container] };
    };
  };
}

const manifests = (): Manifest[] =>
  parseAllDocuments(read('deploy/kubernetes/reelay.yaml')).map((one) => one.toJS() as Manifest);
const named = (kind: string, name: string): Manifest => {
  const found = manifests().find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
};

const { waits } = readConfig({}, {});
const WORKER_STOP_S = (waits.sendMs + waits.recordMs + waits.shutdownMs + waits.cutMs) / 1_000;
const API_STOP_S = (waits.drainMs + waits.shutdownMs + waits.cutMs) / 1_000;

/** The function answers what the compiler says of objects as values of the published types of the Kubernetes API. */
function complaints(objects: readonly Pick<Manifest, 'apiVersion' | 'kind'>[]): string[] {
  const lines = objects.map(({ apiVersion, kind, ...rest }, index) => {
    const module = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
    return `import type { ${kind} as T${index} } from 'kubernetes-types/${module}';
export const o${index}: T${index} = ${JSON.stringify({ apiVersion, kind, ...rest })};`;
  });
  const path = join(__dirname, 'planted-manifests.ts');
  const options: ts.CompilerOptions = { noEmit: true, strict: true, skipLibCheck: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...more) =>
    name === path
      ? ts.createSourceFile(name, lines.join('\n'), ts.ScriptTarget.Latest)
      : getSourceFile.call(host, name, ...more);
  const program = ts.createProgram([path], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

describe('docs/operating.md', () => {
  const page = read('docs/operating.md');
  const rows = (heading: string): string[] =>
    (page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '')
      .split('\n')
      .filter((line) => line.startsWith('| `'));

  test('names only lines of the log that there are', () => {
    const sources = ['src', 'activities'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => path.endsWith('.ts'))
        .map((path) => read(`${folder}/${path}`)),
    );
    const code = sources.join('\n').replaceAll(/'\s*\+\s*'/g, '');
    const lines = rows('Logs to alert on').map((row) => /`([^`]+)`/.exec(row)?.[1] ?? '');
    expect(lines.length).toBeGreaterThan(8);
    expect(lines.filter((line) => !code.includes(line))).toEqual([]);
  });

  test('says the numbers of the config', () => {
    const { limits } = readConfig({}, {});
    const [api, worker, both] = (['api', 'worker', 'both'] as const).map((one) =>
      connectionsMax(limits, one === 'both' ? ['api', 'worker'] : [one]),
    );
    const stops = rows('Stopping').join('\n');
    for (const [text, said] of [
      [page, `(${api})`],
      [page, `(${worker})`],
      [page, `(${both})`],
      [stops, `(${waits.drainMs / 1_000} s)`],
      [stops, `(${waits.shutdownMs / 1_000} s)`],
      [stops, `(${(waits.sendMs + waits.recordMs) / 1_000} s)`],
      [page, `\`waits.readyMs\` (${waits.readyMs / 1_000} s)`],
    ] as const) {
      expect(text).toContain(said);
    }
  });
});

describe('deploy/kubernetes', () => {
  test('is valid for the API of Kubernetes, field by field', () => {
    expect(manifests().map(({ kind }) => kind)).toEqual([
      'Namespace',
      'Secret',
      'ConfigMap',
      'PersistentVolumeClaim',
      'Job',
      'Deployment',
      'Service',
      'Deployment',
    ]);
    expect(complaints(manifests())).toEqual([]);
  });

  test('would be found wrong with a word misspelt or a text for a number', () => {
    const wrong = named('Deployment', 'reelay-api');
    const { spec } = wrong.spec.template;
    Object.assign(spec, { terminationGraceSeconds: 60 });
    expect(complaints([wrong]).join()).toContain('terminationGraceSeconds');
    const other = named('Deployment', 'reelay-api');
    Object.assign(other.spec, { replicas: 'two' });
    expect(complaints([other]).join()).toContain("'string' is not assignable");
  });

  test('gives each process longer to stop than it may take, and probes that fit', () => {
    for (const [name, seconds] of [
      ['reelay-api', API_STOP_S],
      ['reelay-worker', WORKER_STOP_S],
    ] as const) {
      const { template, selector } = named('Deployment', name).spec;
      const [container] = template.spec.containers;
      expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(seconds);
      expect(container.readinessProbe?.timeoutSeconds).toBeGreaterThan(waits.readyMs / 1_000);
      expect(container.ports?.map((port) => port.name)).toContain(
        container.readinessProbe?.httpGet.port,
      );
      expect(template.metadata.labels).toMatchObject(selector?.matchLabels ?? { none: 'at all' });
    }
  });

  test('calls commands and flags that there are, with a config that the gateway takes', () => {
    const [migrate] = named('Job', 'reelay-migrate-0-1-0').spec.template.spec.containers;
    expect(migrate.args).toEqual(['migrate']);
    const [api] = named('Deployment', 'reelay-api').spec.template.spec.containers;
    const apiFlags = optionsOf(api.args);
    expect(apiFlags).toMatchObject({ data: '/data', port: 8080 });
    const portOf = ({ ports = [] }: Container, name: string) =>
      ports.find((port) => port.name === name)?.containerPort;
    expect(apiFlags.metricsPort).toBe(portOf(api, 'metrics'));
    const [worker] = named('Deployment', 'reelay-worker').spec.template.spec.containers;
    expect(optionsOf(worker.args)).toMatchObject({
      healthPort: 8081,
      metricsHost: '0.0.0.0',
      metricsPort: portOf(worker, 'metrics'),
      sdkMetricsPort: portOf(worker, 'sdk-metrics'),
    });
    expect([api.args[0], worker.args[0]]).toEqual(['api', 'worker']);
    const { data = {} } = named('ConfigMap', 'reelay');
    const secret = named('Secret', 'reelay').stringData ?? {};
    const config = configOf({ ...data, ...secret }, data['reelay.config.json'] ?? '');
    expect(Object.keys(config.models)).toEqual(['seedance-2.0']);
    expect(config.channels['ark']).toMatchObject({ credentials: { apiKey: 'secret' } });
  });
});

/** The config as a process reads it with these variables and that file. */
function configOf(environment: Record<string, string>, file: string) {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-deploy-'));
  try {
    const path = join(folder, 'reelay.config.json');
    writeFileSync(path, file);
    return readConfig({ ...environment, REELAY_CONFIG: path });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The settings of systemd.unit(5), systemd.service(5) and systemd.exec(5) that the examples use. */
const UNIT_SETTINGS: Record<string, readonly string[]> = {
  Unit: ['Description', 'After', 'Wants'],
  Service: [
    'Type',
    'User',
    'Group',
    'WorkingDirectory',
    'EnvironmentFile',
    'ExecStart',
    'TimeoutStopSec',
    'KillMode',
    'Restart',
    'RestartSec',
    'StateDirectory',
    'UMask',
    'NoNewPrivileges',
    'ProtectSystem',
    'ProtectHome',
    'PrivateTmp',
  ],
  Install: ['WantedBy'],
};

function unit(name: string): Record<string, Record<string, string>> {
  const sections: Record<string, Record<string, string>> = {};
  let current: Record<string, string> = {};
  for (const line of read(`deploy/systemd/${name}`).split('\n')) {
    const [, section] = /^\[(\w+)\]$/.exec(line) ?? [];
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
    if (section) sections[section] = current = {};
    else if (key && value !== undefined) current[key] = value;
    else if (line !== '' && !line.startsWith('#')) throw new Error(`${name}: ${line}`);
  }
  return sections;
}

describe('deploy/systemd', () => {
  const units = readdirSync(join(ROOT, 'deploy/systemd')).filter((one) => one.endsWith('.service'));

  test.each(units)('%s has settings that systemd knows, in their sections', (name) => {
    const sections = unit(name);
    expect(Object.keys(sections)).toEqual(Object.keys(UNIT_SETTINGS));
    for (const [section, settings] of Object.entries(sections)) {
      expect(UNIT_SETTINGS[section]).toEqual(expect.arrayContaining(Object.keys(settings)));
    }
  });

  test.each([
    ['reelay-api.service', 'api', API_STOP_S],
    ['reelay-worker.service', 'worker', WORKER_STOP_S],
  ])('%s runs its command, again and again, and waits for its stop', (name, command, seconds) => {
    const service = unit(name)['Service'] ?? {};
    const [, ran, flags = ''] = /reelay\.mjs (\w+) (.*)$/.exec(service['ExecStart'] ?? '') ?? [];
    expect(ran).toBe(command);
    expect(optionsOf([command, ...flags.split(' ')])).toMatchObject({ data: '/var/lib/reelay' });
    expect(service).toMatchObject({ Restart: 'always', StateDirectory: 'reelay' });
    expect(Number(service['TimeoutStopSec'])).toBeGreaterThan(seconds);
  });

  test('the example of the environment is one that the gateway takes', () => {
    const lines = read('deploy/systemd/environment.example').split('\n');
    const pairs = lines.flatMap((line) => {
      const [, key, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return key && value !== undefined ? [[key, value]] : [];
    });
    const { environment } = configOf(Object.fromEntries(pairs), '{}');
    expect(environment).toMatchObject({ REELAY_PUBLIC_URL: 'https://video.example.com' });
  });
});
