import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { compileFunction } from 'node:vm';
import { sign } from '../src/callbacks/sign';
import { providers } from '../src/providers';

/** Prose that nobody runs goes stale; what a document claims of the code is compared with it here. */
const ROOT = join(__dirname, '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const pagesOf = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `${folder}/${name}`);
const DECISIONS = pagesOf('docs/decisions');
const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', ...pagesOf('docs'), ...DECISIONS];
const manifest = JSON.parse(read('package.json')) as Record<
  'scripts' | 'dependencies' | 'devDependencies' | 'optionalDependencies',
  Record<string, string>
>;
const readme = read('README.md');

/** Makes the anchor of a heading as GitHub does: `Two words` gives `two-words`. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

function brokenLinks(path: string): string[] {
  const links = [...read(path).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '');
  return links
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file ? join(dirname(path), file) : path;
      if (!existsSync(join(ROOT, target))) return true;
      if (anchor === undefined) return false;
      const headings = [...read(target).matchAll(/^#+ (.+)$/gm)].map((match) => match[1] ?? '');
      return !headings.map(anchorOf).includes(anchor);
    });
}

test.each(DOCUMENTS)('%s links only to what is there', (path) => {
  expect(brokenLinks(path)).toEqual([]);
});

test.each(Object.keys(providers))('README and the page of the simulator name %s', (name) => {
  for (const path of ['README.md', 'docs/simulator.md']) {
    expect([path, read(path).toLowerCase()]).toEqual([path, expect.stringContaining(name)]);
  }
});

test.each(DECISIONS)('%s fits one screen and has the four parts', (path) => {
  const text = read(path);
  expect(text.split('\n').length).toBeLessThanOrEqual(60);
  const headings = [...text.matchAll(/^## (.+)$/gm)].map((match) => match[1]);
  expect(headings).toEqual(['Context', 'Decision', 'Consequences', 'Refused']);
});

test('the README begins with the command to see it and the command to test it', () => {
  const [first] = readme.split('```sh\n').slice(1);
  expect(first?.split('\n```')[0]?.split('\n')).toEqual([
    'npm ci && npm run demo',
    'npm ci && npm test',
  ]);
});

test('documents name only npm scripts that exist', () => {
  const texts = DOCUMENTS.map(read).join('\n');
  const named = [...texts.matchAll(/npm run (?:-s )?([a-z][a-z:-]*)/g)].map(
    (match) => match[1] ?? '',
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !(name in manifest.scripts))).toEqual([]);
});

test('the README lists every environment variable that the config reads, and no other', () => {
  const schema = /environmentSchema = z\.object\(\{([\s\S]*?)\n\}\);/.exec(
    read('src/config/environment.ts'),
  )?.[1];
  const known = [...(schema ?? '').matchAll(/^ {2}([A-Z_]+):/gm)].map((match) => match[1]);
  const rows = readme.split('\n').filter((line) => /^\| `[A-Z]+_/.test(line));
  const listed = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map((match) => match[1]),
  );
  // Read for the shell's own conventions; nobody sets them for Reelay.
  const conventions = ['PATH', 'XDG_CACHE_HOME'];
  expect(known).toEqual(expect.arrayContaining(conventions));
  expect(listed.sort()).toEqual(known.filter((name) => !conventions.includes(name ?? '')).sort());
});

test('every dependency has its sentence', () => {
  const pages = ['2026-11-21-dependencies', '2026-11-30-dependencies-of-tests-and-tools'];
  const text = pages.map((page) => read(`docs/decisions/${page}.md`)).join('\n');
  const names = [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.devDependencies),
    ...Object.keys(manifest.optionalDependencies).map((name) =>
      name.startsWith('@') ? `${dirname(name)}/*` : name,
    ),
  ];
  const isNamed = (name: string): boolean =>
    text.includes(`\`${name}\``) ||
    (name.startsWith('@temporalio/') && text.includes(`\`${name.slice('@temporalio/'.length)}\``));
  expect(names.filter((name) => !isNamed(name))).toEqual([]);
});

describe('the receiver in the README', () => {
  const code = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  type Receiver = (headers: object, body: string, secret: string, nowSeconds: number) => boolean;
  // The type is what the README shows; a change there fails the calls below.
  const isFromReelay = compileFunction(`${code}\nreturn isFromReelay;`, ['require', 'Buffer'])(
    require,
    Buffer,
  ) as Receiver;
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
  const body = '{"type":"video.completed"}';
  const headersOf = (...secrets: string[]): object =>
    sign({ id: 'evt_1', timestamp: 1_000, body, secrets });

  test.each<[what: string, accepted: boolean, headers: object, body: string, nowSeconds: number]>([
    ['accepts what Reelay signs', true, headersOf(secret), body, 1_010],
    ['accepts one of two secrets during a rotation', true, headersOf(other, secret), body, 1_010],
    ['refuses another body', false, headersOf(secret), `${body} `, 1_010],
    ['refuses another secret', false, headersOf(other), body, 1_010],
    ['refuses an old message', false, headersOf(secret), body, 1_301],
    ['refuses a message from the future', false, headersOf(secret), body, 699],
    ['refuses a message without headers', false, {}, body, 1_010],
  ])('%s', (_what, accepted, headers, sent, nowSeconds) => {
    expect(isFromReelay(headers, sent, secret, nowSeconds)).toBe(accepted);
  });
});
