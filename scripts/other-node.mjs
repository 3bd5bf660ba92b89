import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Fetches a Node of another major from npm into the cache, where it is kept: `node scripts/other-node.mjs 24 <cache>`
 * prints the path of its program.
 */

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , major, cache] = process.argv;
  if (!/^\d+$/.test(major ?? '') || !cache) {
    process.stderr.write('usage: node scripts/other-node.mjs <major> <cache folder>\n');
    process.exit(2);
  }
  process.stdout.write(`${fetchedNode(major, cache)}\n`);
}

/**
 * Returns the path of the program: the newest one of that major which npm had when it was fetched first. Throws where npm
 * has none for this machine.
 */
export function fetchedNode(major, cache) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cache, `node-${major}`);
  const program = join(folder, 'node_modules', name, 'bin', 'node');
  // A killed download leaves a program that does not run.
  if (versionOf(program) === undefined) {
    const flags = ['--no-save', '--no-package-lock', '--no-fund', '--no-audit'];
    const { status } = spawnSync(
      'npm',
      ['install', '--prefix', folder, ...flags, `${name}@${major}`],
      {
        stdio: ['ignore', 2, 2],
      },
    );
    if (status !== 0) throw new Error(`npm has no ${name}@${major}, or cannot be reached`);
  }
  return program;
}

/** Returns `v24.22.3`; undefined for a program that is not there or does not run. */
export function versionOf(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}
