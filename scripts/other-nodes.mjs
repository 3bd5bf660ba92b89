import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './freshness.mjs';
import { fetchedNode, versionOf } from './other-node.mjs';

/**
 * Proves that Reelay runs on every Node that the README names: for each one that is not running this script it fetches
 * that Node from npm into the cache, and builds, runs a short run of the tests and makes the demo's video with it. It
 * exits with 1 at the first thing that fails, and where npm has no such Node for this machine.
 */
const MAJORS = ['20', '24'];
const TESTS = [
  'test/callbacks',
  'test/outbound',
  'test/http/multipart.test.ts',
  'test/store/create.test.ts',
  'test/replay.test.ts',
  'test/e2e/main-job.test.ts',
];

run(process.execPath, [join(ROOT, 'scripts', 'build-if-stale.mjs')], {});
const { cacheFolder } = await import(pathToFileURL(join(ROOT, 'dist/src/host/cache-folder.js')));
const { REELAY_CACHE: given, XDG_CACHE_HOME: xdgCacheHome } = process.env;
const cache = cacheFolder({ given, xdgCacheHome, home: homedir() });
const [running] = process.versions.node.split('.');

for (const major of MAJORS.filter((one) => one !== running)) prove(major);

function prove(major) {
  const node = fetchedNode(major, cache);
  const version = versionOf(node);
  const data = mkdtempSync(join(tmpdir(), 'reelay-node-'));
  // The embedded database runs as another user where this one is root, and must get in.
  chmodSync(data, 0o711);
  try {
    const steps = [
      ['npm', 'run', '-s', 'build'],
      ['npx', 'jest', ...TESTS],
      ['npm', 'run', '-s', 'demo', '--', '--json', '--data', join(data, 'demo')],
    ];
    for (const [command, ...args] of steps) {
      process.stderr.write(`Node ${version}: ${command} ${args.join(' ')}\n`);
      run(command, args, { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` });
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function run(command, args, env) {
  const { status } = spawnSync(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 2, 2],
  });
  if (status === 0) return;
  process.stderr.write(`failed: ${command} ${args.join(' ')}\n`);
  process.exit(1);
}
