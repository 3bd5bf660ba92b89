import { execFile } from 'node:child_process';
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { outputOf } from '../host/reason';
import { makeFolderForAll } from './access';
import type { PostgresUser } from './user';

export interface InitdbOptions {
  native: string;
  folder: string;
  user: PostgresUser | undefined;
  password: string;
}

const INITDB_MS = 120_000;

/**
 * Makes an empty cluster: UTF-8, sorted by code point so that no upgrade of a system library can break an index, and
 * a password for everybody. The folder gets its name when all is there; a killed start leaves a `.part` for the next.
 */
export async function initdb({ native, folder, user, password }: InitdbOptions): Promise<void> {
  const part = `${folder}.part`;
  const passwordFile = `${folder}.password`;
  makeFolderForAll(dirname(folder));
  rmSync(part, { recursive: true, force: true });
  try {
    mkdirSync(part, { mode: 0o700 });
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (user) for (const path of [part, passwordFile]) chownSync(path, user.uid, user.gid);
    await run(join(native, 'bin', 'initdb'), argumentsOf(part, passwordFile), user);
    renameSync(part, folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function argumentsOf(folder: string, passwordFile: string): string[] {
  return [
    `--pgdata=${folder}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale-provider=builtin',
    '--locale=C.UTF-8',
    '--lc-collate=C',
    '--lc-ctype=C',
    '--lc-messages=C',
    '--no-instructions',
  ];
}

async function run(command: string, args: string[], user: PostgresUser | undefined): Promise<void> {
  try {
    await promisify(execFile)(command, args, {
      // Of all folders this one surely exists and can be entered by the user.
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      timeout: INITDB_MS,
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
  } catch (error) {
    const folder = dirname(args[0]?.split('=')[1] ?? '');
    throw new Error(`a new database could not be made in ${folder}: ${outputOf(error)}`, {
      cause: error,
    });
  }
}
