import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installedOnce, runProgram } from '../installed';

const REQUIREMENTS = join(__dirname, 'requirements.txt');

/**
 * Returns the folder of Schemathesis, whose versions requirements.txt pins: once per machine and Python, from PyPI, in
 * Reelay's cache folder. Throws where python3 with pip is missing.
 */
export function installSchemathesis(): string {
  const version = runProgram('python3', ['--version'], __dirname).trim();
  const hash = createHash('sha256').update(version).update(readFileSync(REQUIREMENTS));
  return installedOnce(`schemathesis-${hash.digest('hex').slice(0, 12)}`, (folder) => {
    const quiet = ['--quiet', '--no-compile', '--no-deps', '--disable-pip-version-check'];
    const args = ['-m', 'pip', 'install', ...quiet, '--target', folder, '-r', REQUIREMENTS];
    runProgram('python3', args, __dirname);
  });
}
