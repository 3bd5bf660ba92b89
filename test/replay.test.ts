import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromText } from './support/history-file';
import { PATHS } from './support/paths';

/**
 * A job outlives a deploy: its history, made by the code of yesterday, must lead the code of today the same way. The
 * histories are real ones (`npm run -s record` makes them again), one for every path.
 */

const ROOT = join(__dirname, '..');
const FOLDER = join(__dirname, 'replay');
const NAMES = readdirSync(FOLDER).map((file) => file.replace(/\.json$/, ''));

const read = (name: string) => fromText(readFileSync(join(FOLDER, `${name}.json`), 'utf8'));

const startOf = (name: string) => read(name).events?.[0]?.workflowExecutionStartedEventAttributes;

// Every replay is a worker that starts and stops; a breach is the test's to tell.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => undefined),
  telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
});

const bundle = async (folder: string): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: join(folder, 'index.ts'),
    logger: { ...console, log() {}, trace() {}, debug() {}, info() {} },
  });

const replay = async (workflowBundle: { code: string }, name: string): Promise<void> => {
  const workflowId = startOf(name)?.workflowId ?? name;
  await Worker.runReplayHistory({ workflowBundle }, read(name), workflowId);
};

test('every path that a test makes has a recorded history, and every workflow is among them', () => {
  expect(NAMES.sort()).toEqual(Object.keys(PATHS).sort());
  const types = NAMES.map((name) => startOf(name)?.workflowType?.name);
  const index = readFileSync(join(ROOT, 'workflows', 'index.ts'), 'utf8');
  const workflows = [...index.matchAll(/export \{ (\w+) \}/g)].map((match) => match[1]);
  expect([...new Set(types)].sort()).toEqual(workflows.sort());
});

describe('the workflows as they are', () => {
  let current: { code: string };
  beforeAll(async () => {
    current = await bundle(join(ROOT, 'workflows'));
  });
  test.each(NAMES)('replay %s', async (name) => {
    await expect(replay(current, name)).resolves.toBeUndefined();
  });
});

describe('a change that would break running jobs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'reelay-replay-'));
    for (const name of ['workflows', 'src', 'activities']) {
      cpSync(join(ROOT, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'), 'dir');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const plant = (file: string, before: string, after: string): void => {
    const path = join(folder, 'workflows', file);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(before);
    writeFileSync(path, text.replace(before, after));
  };

  test.each<[what: string, file: string, before: string, after: string, history: string]>([
    [
      'another activity in the place of one',
      'generate-video.ts',
      'await atProvider(plan, progress).poll(',
      'await atProvider(plan, progress).lastLook(',
      'main',
    ],
    [
      'a pause before the verdict',
      'generate-video.ts',
      'const result = await CancellationScope',
      'await CancellationScope.nonCancellable(() => CancellationScope.withTimeout(1, () => new Promise(() => {}))).catch(() => {});\n  const result = await CancellationScope',
      'main',
    ],
    [
      'a pause left out between two tries',
      'deliver-callback.ts',
      'await condition(() => woken || stopped, result.delayMs);',
      '',
      'delivered-at-third-try',
    ],
  ])('is found: %s', async (_, file, before, after, history) => {
    plant(file, before, after);
    const changed = await bundle(join(folder, 'workflows'));
    await expect(replay(changed, history)).rejects.toThrow(/[Nn]ondeterminis|[Dd]eterminism/);
  });
});
