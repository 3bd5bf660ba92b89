import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readConfig } from '../../src/config';

/**
 * Returns the folder of something that a test needs and that no clone has, in Reelay's cache folder: once per machine,
 * `install` fills a folder beside it, which takes its name when it is whole. Throws what `install` throws.
 */
export function installedOnce(name: string, install: (folder: string) => void): string {
  const folder = join(readConfig().cacheFolder, 'peers', name);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const staging = mkdtempSync(`${folder}.`);
  try {
    install(staging);
    renameSync(staging, folder);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
  return folder;
}

/** A first install on a slow machine. */
const INSTALL_MS = 180_000;

/** Runs a program to its end and returns what it printed; throws with the last lines of what went wrong. */
export function runProgram(command: string, args: readonly string[], cwd: string): string {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: INSTALL_MS,
  });
  if (error) throw new Error(`${command} did not run: ${error.message}`);
  if (status === 0) return stdout;
  const last = stderr.trim().split('\n').slice(-8).join('\n');
  throw new Error(`${command} ${args.join(' ')} ended with ${String(status)}:\n${last}`);
}
