import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join, sep } from 'node:path';
import { ROOT } from './freshness.mjs';

/**
 * Builds into a folder of its own and swaps it in at the end: a failed build leaves the last good one, and two builds
 * at once cannot mix their files. Says nothing on stdout, because commands that answer with JSON build before they run.
 */
const startedAtMs = Date.now();
const target = join(ROOT, `dist.${process.pid}`);
const previous = join(ROOT, `dist.${process.pid}.old`);
const SWAP_TRIES = 5;
const require = createRequire(import.meta.url);

process.on('exit', () => {
  rmSync(target, { recursive: true, force: true });
  rmSync(previous, { recursive: true, force: true });
});
// Without these, Ctrl-C would end the process past the exit listener and leave the half-made folder.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

try {
  compile();
  for (const folder of ['src', 'workflows', 'activities', 'simulators']) copyAssets(folder);
  copyRedoc();
  await bundleWorkflows();
  writeFileSync(
    join(target, 'build.json'),
    `${JSON.stringify({ startedAtMs, node: process.version })}\n`,
  );
  swapIn();
  const seconds = ((Date.now() - startedAtMs) / 1000).toFixed(1);
  process.stderr.write(`built dist/ with the workflow bundle in ${seconds} s\n`);
} catch (error) {
  process.stderr.write(`build failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function compile() {
  const tsc = require.resolve('typescript/bin/tsc');
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', target, '--noEmitOnError'];
  const result = spawnSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' });
  if (result.error) throw result.error;
  if (result.status !== 0) throw new Error(`tsc found errors\n${result.stdout}${result.stderr}`);
}

/** What the program reads beside its code: SQL, worker files, static files. Wire files are for tests and readers. */
function copyAssets(folder) {
  const from = join(ROOT, folder);
  if (!existsSync(from)) return;
  cpSync(from, join(target, folder), {
    recursive: true,
    filter: (path) => !path.split(sep).includes('wire') && !['.ts', '.md'].includes(extname(path)),
  });
}

/** Redoc's one file, so that no image has its package; the one picture that it would fetch from its maker stands in it. */
function copyRedoc() {
  const code = readFileSync(require.resolve('redoc/bundles/redoc.standalone.js'), 'utf8');
  const logo = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
  if (!code.includes(logo))
    throw new Error(`redoc no longer fetches ${logo}: see what it does instead`);
  const empty = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22/%3E';
  const folder = join(target, 'src', 'http', 'docs');
  writeFileSync(join(folder, 'redoc.js'), code.replaceAll(logo, empty));
  cpSync(
    require.resolve('redoc/bundles/redoc.standalone.js.LICENSE.txt'),
    join(folder, 'redoc.LICENSE.txt'),
  );
}

/** Bundled once here, so that a start needs no webpack and a mistake in a workflow shows at build time. */
async function bundleWorkflows() {
  const { bundleWorkflowCode } = require('@temporalio/worker');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(target, 'workflows', 'index.js'),
    logger: quietLogger(),
  });
  writeFileSync(join(target, 'workflow-bundle.js'), code);
}

/** Webpack's progress is noise; its complaints are not. */
function quietLogger() {
  const silent = () => undefined;
  const print = (message) => process.stderr.write(`${message}\n`);
  return { log: silent, trace: silent, debug: silent, info: silent, warn: print, error: print };
}

function swapIn() {
  const dist = join(ROOT, 'dist');
  for (let tries = 1; ; tries += 1) {
    try {
      if (existsSync(dist)) renameSync(dist, previous);
      renameSync(target, dist);
      return;
    } catch (error) {
      // Another build was faster between the two steps; its result is as good, ours is at least as new.
      rmSync(previous, { recursive: true, force: true });
      if (tries === SWAP_TRIES) throw error;
    }
  }
}
