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
const BUILDING = ['start', 'demo', 'bench', 'simulator'];
/** Commands that are parts of their own beside the product, by their folders; an installation may lack them. */
const PARTS = new Map([
  ['demo', 'demo'],
  ['simulator', 'simulators'],
  ['bench', 'bench'],
]);

process.exitCode = await run(process.argv.slice(2));

async function run(argv) {
  if (isNodeTooOld(process.versions.node)) {
    return fail(
      `Reelay needs Node ${NODE_MIN.join('.')} or newer, and this is ${process.version}. ` +
        'Node 24 is recommended: https://nodejs.org/en/download',
    );
  }
  if (BUILDING.includes(argv[0]) && !buildIfStale()) return 1;
  if (!existsSync(mainOf('src'))) return fail('There is no build yet; run `npm run build` first.');
  const [name, ...args] = argv;
  const part = args.includes('--help') ? undefined : PARTS.get(name);
  if (part !== undefined && !existsSync(mainOf(part))) {
    return fail(
      `reelay ${name}: this installation has no ${part} folder; a clone of the repository has it, and so has the ` +
        'image\'s target "development"',
    );
  }
  try {
    const program = await import(pathToFileURL(mainOf(part ?? 'src')).href);
    return await program.main(part === undefined ? argv : args);
  } catch (error) {
    return fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
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
