import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { rounded } from '../math/statistics';

/** The machine that a run was on: without it a figure says nothing. */
export interface Machine {
  cpu: string;
  cores: number;
  memory_gib: number;
  os: string;
  node: string;
}

export function describeMachine(): Machine {
  const found = cpus();
  return {
    cpu: found[0]?.model.trim() ?? 'unknown',
    cores: found.length,
    memory_gib: rounded(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
  };
}

/** The commit that was measured, with `+` where files differ from it; `unknown` without git or without a clone. */
export function commitOf(folder = join(__dirname, '..', '..', '..')): string {
  // In a container the clone may belong to another user, which git refuses without being told.
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', ['-c', 'safe.directory=*', ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return status === 0 ? stdout.trim() : undefined;
  };
  const commit = git('rev-parse', '--short', 'HEAD');
  if (commit === undefined) return 'unknown';
  return git('status', '--porcelain', '-uno') === '' ? commit : `${commit}+`;
}
