import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { cachedProgram } from '../../src/engine/engine-cache';
import { isOlder } from '../../src/engine/engine-program';
import { findOnPath } from '../../src/host/find-program';
import type { FoundProgram } from '../../src/engine/find-engine';
import { findEngine } from '../../src/engine/find-engine';
import { cleanUp, temporaryFolder } from '../host/temporary';

/** A machine on which only what the test puts there can be found. */
interface Setup {
  cliPath?: string;
  onPath?: string;
  cached?: string;
  /** What the archive to download holds. */
  download?: string;
  /** What a build leaves. */
  go?: string;
}

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  await cleanUp();
});

/** Prints what the real one does. */
const temporal = (server: string): string =>
  `#!/bin/sh\necho "temporal version 1.2.3 (Server ${server}, UI 2.42.1)"\n`;
const BROKEN = '#!/bin/sh\necho "cannot start" >&2\nexit 1\n';
const MUTE = '#!/bin/sh\necho "hello"\n';

async function find(
  setup: Setup,
): Promise<{ found: FoundProgram | string; lines: string[]; cache: string }> {
  const folder = temporaryFolder();
  const [bin, cache, named] = ['bin', 'cache', 'named'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const path of [bin, cache, named]) mkdirSync(path);
  if (setup.cliPath) program(join(named, 'temporal'), setup.cliPath);
  if (setup.onPath) program(join(bin, 'temporal'), setup.onPath);
  if (setup.cached) program(cachedProgram(cache), setup.cached);
  if (setup.go) program(join(bin, 'go'), setup.go);
  // The only tools that a download needs.
  for (const tool of ['tar', 'gzip'])
    symlinkSync(findOnPath(tool, process.env.PATH) ?? '', join(bin, tool));
  const lines: string[] = [];
  const found = await findEngine({
    cache,
    environment: {
      PATH: bin,
      ...(setup.cliPath ? { TEMPORAL_CLI_PATH: join(named, 'temporal') } : {}),
    },
    say: (line) => lines.push(line.replaceAll(folder, '')),
    downloadSource: setup.download
      ? await serve(folder, setup.download)
      : 'http://127.0.0.1:1/archive',
  }).catch((error: unknown) => String(error).replaceAll(folder, ''));
  return { found, lines, cache };
}

function program(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

/** A build tool that is called as the real one and leaves its result as the real one does. */
const goThatMakes = (text: string): string =>
  `#!/bin/sh\necho "$1 $2 in $GOBIN" > "$GOBIN/../asked"\nprintf '%s' '${text}' > "$GOBIN/temporal"\n/bin/chmod 755 "$GOBIN/temporal"\n`;

async function serve(folder: string, text: string): Promise<string> {
  program(join(folder, 'packed', 'temporal'), text);
  writeFileSync(join(folder, 'packed', 'LICENSE'), 'free');
  execFileSync('tar', ['-czf', 'archive.tar.gz', '-C', 'packed', 'LICENSE', 'temporal'], {
    cwd: folder,
  });
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    const isAsked =
      url.pathname === '/archive/v1.5.1' && url.searchParams.get('format') === 'tar.gz';
    if (isAsked && url.searchParams.has('platform') && url.searchParams.has('arch')) {
      response.writeHead(302, { location: '/file.tar.gz' }).end();
    } else if (url.pathname === '/file.tar.gz') {
      response.end(readFileSync(join(folder, 'archive.tar.gz')));
    } else response.writeHead(404).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive`;
}

const GOOD = temporal('1.29.1');
const OLD = temporal('1.28.3');
const NO_DOWNLOAD =
  'engine: the download of Temporal v1.5.1 is passed over: connect ECONNREFUSED 127.0.0.1:1';
const NO_GO = 'engine: a build of Temporal v1.5.1 is passed over: there is no Go on PATH';
const tooOld = (place: string, path: string): string =>
  `engine: ${place} is passed over: ${path} has Server 1.28.3, and 1.29 or newer is needed`;

describe('the engine is', () => {
  test.each<[string, Setup, FoundProgram['kind'], string, string[]]>([
    [
      'what TEMPORAL_CLI_PATH names',
      { cliPath: GOOD, onPath: temporal('1.30.0'), cached: GOOD },
      'cli-path',
      '1.29.1',
      [],
    ],
    ['what is on PATH', { onPath: temporal('1.30.0'), cached: GOOD }, 'path', '1.30.0', []],
    ['a newer major version', { onPath: temporal('2.0.0-rc.1') }, 'path', '2.0.0-rc.1', []],
    [
      'what was fetched earlier',
      { cached: GOOD, download: GOOD, go: goThatMakes(GOOD) },
      'cached',
      '1.29.1',
      [],
    ],
    ['downloaded', { download: GOOD, go: goThatMakes(GOOD) }, 'download', '1.29.1', []],
    [
      'on PATH when the named one is too old',
      { cliPath: OLD, onPath: GOOD },
      'path',
      '1.29.1',
      [tooOld('TEMPORAL_CLI_PATH', '/named/temporal')],
    ],
    [
      'in the cache when the one on PATH is too old',
      { onPath: OLD, cached: GOOD },
      'cached',
      '1.29.1',
      [tooOld('"temporal" on PATH', '/bin/temporal')],
    ],
    [
      'downloaded when the one in the cache is broken',
      { cached: BROKEN, download: GOOD },
      'download',
      '1.29.1',
      [
        expect.stringMatching(
          /^engine: the program in the cache is passed over: \/cache\S* does not run \(/,
        ),
      ],
    ],
    [
      'in the cache when the one on PATH is something else',
      { onPath: MUTE, cached: GOOD },
      'cached',
      '1.29.1',
      [
        'engine: "temporal" on PATH is passed over: /bin/temporal does not tell the version of its server',
      ],
    ],
    [
      'built when it cannot be downloaded',
      { go: goThatMakes(GOOD) },
      'go-install',
      '1.29.1',
      [
        NO_DOWNLOAD,
        'engine: building Temporal v1.5.1 with /bin/go; this takes 3 to 8 minutes, once',
        expect.stringMatching(/^engine: Temporal v1\.5\.1 is built, after \d+ s$/),
      ],
    ],
  ])('%s', async (_name, setup, kind, version, said) => {
    const { found, lines } = await find(setup);
    expect(found).toMatchObject({ kind, version });
    expect(lines).toEqual(said);
  });
});

test('a fetched program is kept under one name, and nothing beside it', async () => {
  for (const setup of [{ download: GOOD }, { go: goThatMakes(GOOD) }]) {
    const { found, cache } = await find(setup);
    expect(found).toMatchObject({ path: cachedProgram(cache) });
    expect(readdirSync(cache).filter((name) => name !== 'asked')).toEqual(['temporal-cli-v1.5.1']);
    expect(readdirSync(dirname(cachedProgram(cache)))).toEqual(['temporal']);
  }
});

test('Go is asked for the pinned version, into a folder that is not yet the cache’s', async () => {
  const { cache } = await find({ go: goThatMakes(GOOD) });
  expect(readFileSync(join(cache, 'asked'), 'utf8')).toBe(
    `install github.com/temporalio/cli/cmd/temporal@v1.5.1 in ${cache}/temporal-cli-v1.5.1.${process.pid}.part\n`,
  );
});

test('a build that fails leaves nothing half, and the reason is said', async () => {
  const { lines, cache } = await find({
    go: '#!/bin/sh\necho half > "$GOBIN/temporal"\necho "first" >&2\necho "no space left" >&2\nexit 1\n',
  });
  expect(lines.at(-1)).toBe(
    'engine: a build of Temporal v1.5.1 is passed over: ' +
      '"go install github.com/temporalio/cli/cmd/temporal@v1.5.1" failed: no space left',
  );
  expect(existsSync(cachedProgram(cache))).toBe(false);
  expect(readdirSync(cache)).toEqual([]);
});

test('what a killed build left is removed, and what a living one makes stays', async () => {
  const folder = temporaryFolder();
  const dead = join(folder, `temporal-cli-v1.5.1.${2 ** 30}.part`);
  const living = join(folder, `temporal-cli-v1.5.1.${process.ppid}.part`);
  for (const path of [dead, living]) mkdirSync(path);
  const bin = join(folder, 'bin');
  program(join(bin, 'go'), goThatMakes(GOOD));
  await findEngine({
    cache: folder,
    environment: { PATH: bin },
    say: () => undefined,
    downloadSource: 'http://127.0.0.1:1',
  });
  expect([existsSync(dead), existsSync(living)]).toEqual([false, true]);
});

test('where nothing works, the error lists what can be done', async () => {
  const { found, lines } = await find({ cliPath: BROKEN, onPath: OLD });
  expect(lines).toEqual([
    expect.stringMatching(
      /^engine: TEMPORAL_CLI_PATH is passed over: \/named\/temporal does not run \(/,
    ),
    tooOld('"temporal" on PATH', '/bin/temporal'),
    NO_DOWNLOAD,
    NO_GO,
  ]);
  expect(found).toMatch(/^Error: there is no Temporal server to work with; do one of these/);
  for (const word of [
    'TEMPORAL_ADDRESS',
    'TEMPORAL_CLI_PATH',
    'https://temporal.download',
    'install Go',
    '1.29',
  ]) {
    expect(found).toContain(word);
  }
});

test('a TEMPORAL_CLI_PATH that leads nowhere is said', async () => {
  const lines: string[] = [];
  const bin = temporaryFolder();
  program(join(bin, 'temporal'), GOOD);
  await findEngine({
    cache: temporaryFolder(),
    environment: { TEMPORAL_CLI_PATH: '/nowhere/temporal', PATH: bin },
    say: (line) => lines.push(line),
  });
  expect(lines).toEqual([
    'engine: TEMPORAL_CLI_PATH is passed over: /nowhere/temporal is not an executable file',
  ]);
});

test('a build is given up on request', async () => {
  const stop = new AbortController();
  const bin = temporaryFolder();
  program(join(bin, 'go'), '#!/bin/sh\nwhile :; do :; done\n');
  const finding = findEngine({
    cache: temporaryFolder(),
    environment: { PATH: bin },
    say: (line) => {
      if (line.startsWith('engine: building')) setImmediate(() => stop.abort(new Error('stopped')));
    },
    signal: stop.signal,
    downloadSource: 'http://127.0.0.1:1',
  });
  await expect(finding).rejects.toThrow('stopped');
});

test.each([
  ['1.28.9', true],
  ['1.29.0', false],
  ['1.30.1', false],
  ['0.99.0', true],
  ['2.0.0', false],
  ['1.100.0', false],
])('Server %s is too old: %s', (version, expected) => {
  expect(isOlder(version, '1.29')).toBe(expected);
});
