import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { defineConfig } from 'eslint/config';
import { createNodeResolver, importX } from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { functionLength } from './scripts/lint-function-length.mjs';

/**
 * The rules that types alone do not hold. Which folder may import which of our folders is held by
 * test/architecture.test.ts; which outside library belongs to which folder is one table for both.
 */
const owners = JSON.parse(
  readFileSync(new URL('./scripts/outside-libraries.json', import.meta.url), 'utf8'),
);

/** Node's own modules a place may use; a place that is not named here may use all of them. */
const BUILT_INS = {
  workflows: [],
  'src/core': [],
  'src/dialects': [],
  'src/providers': ['crypto'],
  'src/callbacks': ['crypto'],
  simulators: ['crypto'],
};

const CONFIG_FILE = 'src/config.ts';
const SERVER_CODE = ['src', 'workflows', 'activities', 'simulators', 'demo', 'bench'].map(
  (folder) => `${folder}/**/*.ts`,
);
const TESTS = ['test/**/*.ts', 'examples/**/*.ts'];

/** `src/http` is inside `src`: an owner speaks for everything below it. */
const isInside = (place, owner) => place === owner || place.startsWith(`${owner}/`);
const escaped = (name) => name.replaceAll('.', '\\.');

function restrictedImports(place) {
  const libraries = Object.entries(owners)
    .filter(([, places]) => !places.some((owner) => isInside(place, owner)))
    .map(([name, places]) => ({
      regex: `^${escaped(name)}(/|$)`,
      message: `Only ${places.join(', ')} may use it; name what you need as a port in src/core/ports.`,
    }));
  const allowed = BUILT_INS[place] ?? builtinModules.filter((name) => name !== 'process');
  const forbidden = builtinModules.filter((name) => !allowed.includes(name.split('/')[0]));
  const builtIns = {
    regex: `^(node:)?(${forbidden.map(escaped).join('|')})$`,
    message: BUILT_INS[place]
      ? 'This folder is pure: take the value as a parameter.'
      : `Only ${CONFIG_FILE} reads the environment.`,
  };
  return { patterns: [...libraries, builtIns] };
}

/** One block per place, the general ones first: a later block replaces the rule of an earlier one. */
function importBlocks() {
  const inSrc = readdirSync(new URL('./src', import.meta.url), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => `src/${entry.name}`);
  const files = [...new Set(Object.values(owners).flat())].filter((place) => place.endsWith('.ts'));
  const top = ['src', 'workflows', 'activities', 'simulators', 'demo', 'bench'];
  return [...top, ...inSrc, 'simulators/server', 'simulators/main.ts', ...files].map((place) => ({
    files: [place.endsWith('.ts') ? place : `${place}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', restrictedImports(place)] },
  }));
}

const typed = {
  languageOptions: {
    parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
  },
};

/** Held everywhere a compiler can look, tests included. */
const promisesAndTypes = {
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  '@typescript-eslint/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true },
  ],
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
};

export default defineConfig(
  {
    ignores: [
      'dist/',
      'dist.*/',
      'coverage/',
      '.reelay/',
      '**/static/',
      'src/console/',
      'test/vendor/',
    ],
  },
  {
    files: ['**/*.mjs', '**/*.cjs', '**/*.js'],
    extends: [tseslint.configs.strict],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: TESTS,
    extends: [tseslint.configs.recommended, typed],
    rules: promisesAndTypes,
  },
  {
    files: SERVER_CODE,
    extends: [tseslint.configs.strictTypeChecked, typed],
    plugins: { 'import-x': importX, reelay: { rules: { 'function-length': functionLength } } },
    settings: {
      'import-x/extensions': ['.ts'],
      'import-x/parsers': { '@typescript-eslint/parser': ['.ts'] },
      'import-x/resolver-next': [createNodeResolver({ extensions: ['.ts', '.js', '.json'] })],
    },
    rules: {
      ...promisesAndTypes,
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],
      // Our values are made by functions and use no `this`, so that a method may be taken out of its object.
      '@typescript-eslint/unbound-method': 'off',
      // It cannot see that a signal, a callback or an abort changes a variable during an `await`.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'reelay/function-length': ['error', 60],
      'no-restricted-globals': [
        'error',
        { name: 'fetch', message: 'Every outgoing request passes the guard in src/outbound.' },
      ],
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: `Only ${CONFIG_FILE} reads the environment.`,
        },
        { object: 'globalThis', property: 'fetch', message: 'Use the guard in src/outbound.' },
      ],
    },
  },
  {
    // Tables: their length is the number of their rows.
    files: ['src/store/migrations/**/*.ts', 'src/providers/*/models.ts'],
    rules: { 'max-lines': 'off' },
  },
  ...importBlocks(),
  {
    // It runs in its callers' programs, and calls the gateway that they name.
    files: ['src/client/**/*.ts'],
    rules: { 'no-restricted-globals': 'off' },
  },
  {
    files: [CONFIG_FILE],
    rules: { 'no-restricted-properties': 'off' },
  },
);
