import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pinned from './pinned.json';

/**
 * The release before, as its own sources build it: exported from git at the commit of `pinned.json`, never changed.
 * The next release changes that file and nothing else.
 */

const ROOT = join(__dirname, '..', '..', '..');
/** The clone may belong to another user in a container, which git refuses without being told. */
const GIT = ['-c', `safe.directory=${ROOT}`, '-C', ROOT];
const run = promisify(execFile);

/** The function answers the folder of the built release; its caller removes it. A missing commit is one sentence. */
export async function buildReleaseBefore(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-release-'));
  exportTo(folder);
  if (isInstalledHere(folder))
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
  await run(process.execPath, [join('scripts', 'build.mjs')], { cwd: folder });
  return folder;
}

function exportTo(folder: string): void {
  const { commit, version } = pinned;
  if (spawnSync('git', [...GIT, 'cat-file', '-e', `${commit}^{commit}`]).status !== 0) {
    throw new Error(
      `this clone lacks the release before, ${version}; fetch it: git fetch --unshallow, or git fetch origin ${commit}`,
    );
  }
  const archive = execFileSync('git', [...GIT, 'archive', '--format=tar', commit], {
    maxBuffer: 1024 * 1024 * 1024,
  });
  execFileSync('tar', ['-x', '-C', folder], { input: archive });
}

/** Our own packages serve when each of the release's is installed here in the same version. */
function isInstalledHere(folder: string): boolean {
  const [before, now] = [packagesOf(folder), packagesOf(ROOT)];
  return Object.entries(before).every(
    ([path, { version }]) => path === '' || now[path]?.version === version,
  );
}

function packagesOf(folder: string): Record<string, { version?: string }> {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  };
  return lock.packages;
}
