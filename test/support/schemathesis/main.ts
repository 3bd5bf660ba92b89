import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../../../src/config';
import { SCOPES } from '../../../src/core/api/principal';
import { launchEngine } from '../../../src/engine/launcher';
import { claimDataFolder } from '../../../src/host/data-folder';
import { reasonOf } from '../../../src/host/reason';
import { createStack } from '../../../src/run/stack';
import { startTestGateway, type TestGateway } from '../gateway';
import { EXAMPLE_MODELS } from '../openapi/example-models';
import { figuresOf, isGood, type Figures } from './figures';
import { installSchemathesis } from './install';
import { runSchemathesis, type Run } from './run';

/**
 * Lets Schemathesis send what it makes of the OpenAPI document to a gateway with a real engine and database and simulated
 * providers, and prints what it found. `npm run schemathesis -- --phases examples,coverage --max-examples 50 --seed 7 --json`
 */
const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    'max-examples': { type: 'string', default: '20' },
    phases: { type: 'string', default: 'examples,coverage,fuzzing,stateful' },
    seed: { type: 'string', default: '1' },
  },
});

/** Milliseconds that one part of the run may take. */
const PART_MS = 2_700_000;

/**
 * These can take the run its own key or workspace: they are called in a run of their own, in which no answer of another
 * operation names an id.
 */
const DANGEROUS = [
  'deleteV1AdminKeysId',
  'patchV1AdminKeysId',
  'postV1AdminKeysIdRotate',
  'patchV1AdminWorkspacesId',
];
const PARTS: readonly Pick<Run, 'name' | 'phases' | 'select'>[] = [
  {
    name: 'most',
    phases: values.phases,
    select: DANGEROUS.flatMap((id) => ['--exclude-operation-id', id]),
  },
  {
    name: 'dangerous',
    phases: values.phases
      .split(',')
      .filter((phase) => phase !== 'stateful')
      .join(','),
    select: DANGEROUS.flatMap((id) => ['--include-operation-id', id]),
  },
];

const stack = createStack((name, error) => {
  process.stderr.write(`stopping ${name}: ${reasonOf(error)}\n`);
});

async function main(): Promise<number> {
  const startedAt = Date.now();
  const installed = installSchemathesis();
  const folder = mkdtempSync(join(tmpdir(), 'reelay-schemathesis-'));
  stack.push('folder', () => rmSync(folder, { recursive: true, force: true }));
  const gateway = await startGateway(folder);
  const key = await keyWithAll(gateway);
  const reports: string[] = [];
  for (const part of PARTS.filter(({ phases }) => phases !== '')) {
    reports.push(
      await runSchemathesis({
        ...{ ...part, installed, folder, key, api: gateway.api },
        examples: Number(values['max-examples']),
        seed: Number(values.seed),
        timeoutMs: PART_MS,
      }),
    );
  }
  const figures = figuresOf(reports, (Date.now() - startedAt) / 1_000);
  process.stdout.write(`${values.json ? JSON.stringify(figures) : textOf(figures)}\n`);
  return isGood(figures) ? 0 : 1;
}

/** Starts an engine and a gateway on it, in which nothing is refused for how often it is asked. */
async function startGateway(folder: string): Promise<TestGateway> {
  chmodSync(folder, 0o711);
  const claimed = await claimDataFolder(folder);
  stack.push('claim', () => claimed.release());
  const { cacheFolder: cache, childEnvironment: environment } = readConfig();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const options = { data: folder, cache, namespace: 'schemathesis', environment, say };
  const engine = await launchEngine(options);
  stack.push('engine', () => engine.stop());
  process.env['REELAY_TEST_ENGINE'] = engine.address;
  const gateway = await startTestGateway({
    ...EXAMPLE_MODELS,
    waits: { heldMs: 500, nativeReplyMs: 5_000 },
    limits: { authFailuresPerMinute: 1_000_000 },
  });
  stack.push('gateway', () => gateway.close());
  return gateway;
}

/** Makes a key that may do everything, in a workspace that can pay for everything. */
async function keyWithAll({ call, keys, workspaceId }: TestGateway): Promise<string> {
  const workspace = `/v1/admin/workspaces/${workspaceId}`;
  const asked = { key: keys.admin_key, headers: { 'idempotency-key': 'schemathesis' } };
  const points = { points: '1000000', note: 'for a run of schemathesis' };
  const paid = await call('POST', `${workspace}/top-ups`, { ...asked, body: points });
  const all = { name: 'all', scopes: SCOPES };
  const made = await call('POST', `${workspace}/keys`, { ...asked, body: all });
  if (paid.status !== 201 || made.status !== 201) throw new Error(`${paid.text} ${made.text}`);
  return String(made.json.secret);
}

function textOf({ operations, tested, cases, failures, errors, seconds }: Figures): string {
  const found = [
    ...failures.map((one) => `  ${one.title}: ${String(one.count)} (${one.operations.join(', ')})`),
    ...errors.map(({ title, count }) => `  ${title}: ${String(count)}`),
  ];
  return [
    `${String(tested)} of ${String(operations)} operations tested by ${String(cases)} requests in ${String(seconds)} s`,
    found.length === 0 ? 'nothing was found' : 'found:',
    ...found,
  ].join('\n');
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stack.stop().finally(() => process.exit(1)));
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`${reasonOf(error)}\n`);
    return 1;
  })
  .then(async (code) => {
    await stack.stop();
    process.exit(code);
  })
  .catch(() => process.exit(1));
