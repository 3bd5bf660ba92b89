import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeOf } from '../host/reason';
import type { PostgresUser } from './user';

/**
 * Says whether this user can run the binaries. It is asked of the kernel, by a process of that user: modes, owners,
 * access lists and mounts all have a say.
 */
export function canRun(native: string, user: PostgresUser | undefined): boolean {
  const script =
    '"$1/bin/postgres" --version >/dev/null && test -r "$1/share/postgresql/postgres.bki"';
  return isTrueFor(user, script, native);
}

/** Says whether this user can get to what lies in the folder. */
export function canEnter(folder: string, user: PostgresUser | undefined): boolean {
  return isTrueFor(user, 'test -x "$1"', folder);
}

function isTrueFor(user: PostgresUser | undefined, script: string, argument: string): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', script, 'sh', argument], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: 'ignore',
    ...(user ? { uid: user.uid, gid: user.gid } : {}),
  });
  return status === 0;
}

/**
 * Copies a folder for everybody to read and enter, whatever the umask and the modes of the original. It appears under
 * its name only when it is whole, so one that is there can be used; two that copy at once end with one copy.
 */
export function copyForAll(from: string, to: string): void {
  makeFolderForAll(dirname(to));
  const part = `${to}.${process.pid}.part`;
  rmSync(part, { recursive: true, force: true });
  try {
    cpSync(from, part, { recursive: true, verbatimSymlinks: true });
    openForAll(part);
    renameSync(part, to);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    // Another start was faster; its copy is as good.
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error;
  }
}

/** Makes a folder; those made here, and only they, are opened for everybody. */
export function makeFolderForAll(folder: string): void {
  const first = mkdirSync(folder, { recursive: true });
  for (let made = folder; first !== undefined && made.startsWith(first); made = dirname(made)) {
    chmodSync(made, 0o755);
  }
}

function openForAll(path: string): void {
  const entry = lstatSync(path);
  if (entry.isSymbolicLink()) return;
  if (!entry.isDirectory()) {
    chmodSync(path, entry.mode & 0o100 ? 0o755 : 0o644);
    return;
  }
  chmodSync(path, 0o755);
  for (const name of readdirSync(path)) openForAll(join(path, name));
}
