import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installedBinaries } from '../../src/postgres/binaries';
import { launchStore } from '../../src/postgres/launcher';
import { migrate } from '../../src/store/migrate/migrate';
import { MIGRATIONS, readMigrations } from '../../src/store/migrate/migration-files';

/** Emptied by `npm ci`, and never part of a commit. */
const CACHE = join(__dirname, '..', '..', 'node_modules', '.cache', 'reelay-tests');
/** What a data folder has of its database, while that is stopped. */
const PARTS = ['postgres', 'postgres.json'];

/**
 * Puts a database into a data folder that has none, as `launchStore` and `migrate` leave it: a copy of one that was made once, which
 * takes a tenth of the time of making it. What making it does is shown by test/postgres and test/e2e/commands.
 */
export async function putDatabase(data: string): Promise<void> {
  if (PARTS.some((part) => existsSync(join(data, part)))) return;
  const made = join(CACHE, `database-${keyOf()}`);
  if (!existsSync(made)) await make(made);
  copyParts(made, data);
}

/** Anything that could make another database gives another key. */
function keyOf(): string {
  const { version } = installedBinaries();
  const files = readMigrations(MIGRATIONS).map(({ name, checksum }) => [name, checksum]);
  const text = JSON.stringify([version, process.getuid?.(), files]);
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Made beside and renamed, so that a folder of that name is always whole, whoever else makes it at the same time. */
async function make(made: string): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'reelay-test-made-'));
  chmodSync(data, 0o711);
  const server = await launchStore({ data, say: () => undefined });
  await migrate(server.adminUrl);
  await server.stop();
  const part = `${made}.${String(process.pid)}.part`;
  mkdirSync(part, { recursive: true });
  copyParts(data, part);
  rmSync(data, { recursive: true, force: true });
  removeOlder(made);
  try {
    renameSync(part, made);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    if (!existsSync(made)) throw error;
  }
}

function removeOlder(made: string): void {
  const older = readdirSync(CACHE).map((name) => join(CACHE, name));
  for (const path of older) {
    if (path !== made && !path.endsWith('.part')) rmSync(path, { recursive: true, force: true });
  }
}

/** Copies with owners and modes, which Postgres insists on. */
function copyParts(from: string, to: string): void {
  const paths = PARTS.map((name) => join(from, name));
  const { status, stderr } = spawnSync('cp', ['-a', ...paths, to], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}
