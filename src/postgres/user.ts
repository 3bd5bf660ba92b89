import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** Whom Postgres runs as. It refuses to run as root, so root needs somebody else; everybody else runs it as themselves. */
export interface PostgresUser {
  name: string;
  uid: number;
  gid: number;
}

export interface UserNames {
  /** Taken when it exists. */
  preferred: string;
  /** Made once, as a system user, when `preferred` does not exist. */
  made: string;
}

/** Programs that know and make users live outside a normal user's PATH. */
const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';
/** Another start may hold the lock on /etc/passwd. */
const MAKE_TRIES = 5;

/**
 * Chooses the user that Postgres runs as, since it refuses root; undefined when this process is not root. Announces a
 * user that it makes.
 */
export async function choosePostgresUser(
  names: UserNames,
  say: (line: string) => void,
): Promise<PostgresUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const found = findUser(names.preferred) ?? findUser(names.made);
  if (found) return found;
  const problems: string[] = [];
  for (let tries = 0; tries < MAKE_TRIES; tries += 1) {
    problems.push(makeUser(names.made));
    // Asked whatever the tools said: a start beside us may have made it.
    const made = findUser(names.made);
    if (made) {
      say(
        `database: Postgres does not run as root, so the system user "${names.made}" was made for it`,
      );
      return made;
    }
    await sleep(200);
  }
  throw new Error(
    `Postgres does not run as root and the system user "${names.made}" could not be made ` +
      `(${problems.at(-1) ?? 'unknown'}); start as a normal user, make a user "${names.preferred}", or set DATABASE_URL`,
  );
}

function findUser(name: string): PostgresUser | undefined {
  const uid = id('-u', name);
  const gid = id('-g', name);
  return uid === undefined || gid === undefined ? undefined : { name, uid, gid };
}

function id(option: '-u' | '-g', name: string): number | undefined {
  const { status, stdout } = run('id', [option, name]);
  const number = Number(stdout);
  return status === 0 && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

/** Answers what the last tool complained about. A group of that name is used if there is one, else made. */
function makeUser(name: string): string {
  const hasGroup = run('getent', ['group', name]).status === 0;
  const group = hasGroup ? ['--gid', name] : ['--user-group'];
  const noLogin = ['--no-create-home', '--shell', '/usr/sbin/nologin'];
  const useradd = run('useradd', ['--system', ...group, ...noLogin, name]);
  if (useradd.status === 0) return '';
  // Small systems (BusyBox) have these two instead.
  if (!hasGroup) run('addgroup', ['-S', name]);
  const adduser = run('adduser', ['-S', '-D', '-H', '-G', name, name]);
  return adduser.status === 0 ? '' : useradd.stderr || adduser.stderr;
}

function run(
  command: string,
  args: string[],
): { status: number | null; stdout: string; stderr: string } {
  const result = spawnSync(command, args, { encoding: 'utf8', env: { PATH } });
  if (result.error) return { status: null, stdout: '', stderr: result.error.message };
  return { status: result.status, stdout: result.stdout.trim(), stderr: result.stderr.trim() };
}
