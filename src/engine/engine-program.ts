import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isExecutable } from '../host/find-program';
import { reasonOf } from '../host/reason';

/** The command line tool `temporal`, which holds a whole server. */
export interface EngineProgram {
  path: string;
  /** The version of the server inside, such as `1.29.1`. */
  version: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The oldest server on which the workflows and the priority of tasks were tried. */
export const VERSION_MIN = '1.29';
/** The first run of a large program may be checked by the system before it starts. */
const ANSWER_MS = 20_000;

/** Asks the program itself. Answers a reason, to be read after "it", when it is of no use. */
export async function checkProgram(
  path: string,
  environment: Environment,
): Promise<EngineProgram | { reason: string }> {
  if (!isExecutable(path)) return { reason: 'is not an executable file' };
  let said: string;
  try {
    const options = { env: environment, timeout: ANSWER_MS, encoding: 'utf8' } as const;
    said = (await promisify(execFile)(path, ['--version'], options)).stdout;
  } catch (error) {
    const [line] = reasonOf(error).split('\n');
    return { reason: `does not run (${line ?? 'unknown'})` };
  }
  const version = /\(Server v?(\d+\.\d+[^\s,)]*)/.exec(said)?.[1];
  if (version === undefined) return { reason: 'does not tell the version of its server' };
  if (isOlder(version, VERSION_MIN)) {
    return { reason: `has Server ${version}, and ${VERSION_MIN} or newer is needed` };
  }
  return { path, version };
}

/** Compares major and minor. */
export function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [otherMajor = 0, otherMinor = 0] = than.split('.').map(Number);
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}
