import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The peer is LiteLLM's proxy at one version, in a virtual environment of its own in Reelay's cache folder: installed
 * once per machine, from PyPI, outside of any clone.
 */
export const PEER = { name: 'LiteLLM proxy', package: 'litellm[proxy]', version: '1.106.12' };

/** A first install fetches some hundred packages. */
const INSTALL_MS = 240_000;

/** The folder of its programs, or one sentence that says why it cannot be had here. */
export type Installation = { bin: string } | { skipped: string };

export function installPeer(
  cache: string,
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): Installation {
  const folder = join(cache, 'peers', `litellm-${PEER.version}`);
  const done = join(folder, 'installed');
  const bin = join(folder, 'bin');
  if (existsSync(done)) return { bin };
  say(`bench: installing ${PEER.name} ${PEER.version} into ${folder}, once`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const run = (command: string, args: readonly string[]): string | undefined =>
    failureOf(spawnSync(command, args, { env, timeout: INSTALL_MS, encoding: 'utf8' }), command);
  const failure =
    run('python3', ['-m', 'venv', folder]) ??
    run(join(bin, 'python'), [
      ...['-m', 'pip', 'install', '--quiet', '--no-compile', '--disable-pip-version-check'],
      `${PEER.package}==${PEER.version}`,
    ]);
  if (failure !== undefined) {
    return { skipped: `${PEER.name} ${PEER.version} could not be installed here: ${failure}` };
  }
  writeFileSync(done, '');
  return { bin };
}

function failureOf(
  { error, status, stderr }: ReturnType<typeof spawnSync>,
  command: string,
): string | undefined {
  if (error) return `${command}: ${error.message}`;
  if (status === 0) return undefined;
  const lines = String(stderr).trim().split('\n');
  return `${command} ended with ${String(status)}: ${lines.at(-1) ?? ''}`;
}
