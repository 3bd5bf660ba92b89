#!/usr/bin/env node
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { ROOT, staleness } from './freshness.mjs';

/**
 * The command's entry: `node scripts/reelay.mjs <command> [...args]`. It runs the built program in this very process,
 * so that the printed pid, signals and the exit code are the gateway's own.
 */
const NODE_MIN = [20, 19];
/** These are what a newcomer types after editing a file, so they build by themselves. */
const BUILDING = ['start', 'demo', 'bench', 'simulator', 'config', 'init', 'try'];

// Who reads may leave early, as in `reelay help start | head -1`: Node would end the process for it, a running gateway too.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

process.exitCode = await run(process.argv.slice(2));

async function run(argv) {
  if (isNodeTooOld(process.versions.node)) {
    return fail(
      `Reelay needs Node ${NODE_MIN.join('.')} or newer, and this is ${process.version}. ` +
        'Node 24 is recommended: https://nodejs.org/en/download',
    );
  }
  const isBuilt = existsSync(mainOf('src'));
  const asksForHelp = isBuilt && argv.some((word) => word === '--help' || word === '-h');
  if (BUILDING.includes(argv[0]) && !asksForHelp && !buildIfStale()) return 1;
  if (!existsSync(mainOf('src'))) return fail('There is no build yet; run `npm run build` first.');
  try {
    const program = await load('src');
    return await program.main(argv, load);
  } catch (error) {
    return fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** The main of a folder of the build; undefined for a part that this installation lacks. */
async function load(folder) {
  if (!existsSync(mainOf(folder))) return undefined;
  return import(pathToFileURL(mainOf(folder)).href);
}

function mainOf(folder) {
  return join(ROOT, 'dist', folder, 'main.js');
}

function isNodeTooOld(version) {
  const [major, minor] = version.split('.').map(Number);
  return major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1]);
}

function buildIfStale() {
  const reason = staleness();
  if (!reason) return true;
  process.stderr.write(`building: ${reason}\n`);
  // A process of its own, because the bundler's memory would stay with the gateway. All of its output is for people.
  const script = fileURLToPath(new URL('./build.mjs', import.meta.url));
  return spawnSync(process.execPath, [script], { stdio: ['ignore', 2, 2] }).status === 0;
}

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  return 1;
}
