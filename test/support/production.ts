import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Command } from './command';
import { commandOf } from './command';

const ROOT = join(__dirname, '..', '..');
/** What the image's target "production" has of the build and the scripts. */
const FILES = [
  'package.json',
  'scripts/reelay.mjs',
  'scripts/freshness.mjs',
  'dist/build.json',
  'dist/workflow-bundle.js',
  'dist/src',
  'dist/workflows',
  'dist/activities',
];

interface LockedPackage {
  dev?: true;
  optional?: true;
  devOptional?: true;
}

/** Lists the packages of the lock file that `npm ci --omit=dev --omit=optional` installs: `@temporalio/worker`. */
export function productionPackages(): string[] {
  // Sound because npm wrote the file.
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  return (
    Object.entries(packages)
      .filter(([, { dev, optional, devOptional }]) => !dev && !optional && !devOptional)
      .map(([path]) => path.slice('node_modules/'.length))
      // Those inside a package come with its folder.
      .filter((name) => name !== '' && !name.includes('/node_modules/'))
  );
}

/** Makes a folder as a production image has it: the product's build, and no package that it can do without. */
export function installProduction(): string {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-production-'));
  for (const path of FILES) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  for (const name of productionPackages()) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), link, 'dir');
  }
  return folder;
}

/**
 * Runs `reelay` of such a folder, in it. Symbolic links are kept as they are, so that a package finds only what the
 * folder has beside it.
 */
export function reelayOf(
  folder: string,
  args: readonly string[],
  env: Record<string, string>,
): Command {
  const child = spawn(process.execPath, [join('scripts', 'reelay.mjs'), ...args], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      NODE_OPTIONS: '--preserve-symlinks',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return commandOf(child);
}
