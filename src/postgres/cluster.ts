import { createHash } from 'node:crypto';
import { existsSync, renameSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canEnter } from './access';
import { newPasswords, readRecord, recordPath, writeRecord } from './record';
import type { PostgresRecord } from './record';
import { choosePostgresUser } from './user';
import type { PostgresUser, UserNames } from './user';

/** The database's files: where they lie, who may touch them, and how to log in. */
export interface Cluster {
  folder: string;
  user: PostgresUser | undefined;
  record: PostgresRecord;
}

export interface ClusterOptions {
  data: string;
  userNames: UserNames;
  /** The folder for clusters whose user cannot enter the data folder. */
  systemData: string;
  say: (line: string) => void;
}

/**
 * Finds the cluster of this data folder, or decides where a new one goes. An existing one is never replaced by an empty
 * one: when it cannot be used, this throws a sentence that says what to do.
 */
export async function findCluster(options: ClusterOptions): Promise<Cluster> {
  const { data } = options;
  const record = readRecord(data);
  if (!record) return newCluster(options);
  const folder = resolve(data, record.cluster);
  if (isCluster(folder)) return { folder, user: ownerOf(folder), record };
  if (record.isMade) {
    throw new Error(
      `the database of ${data} was in ${folder}, which is gone; restore that folder, ` +
        `or remove ${recordPath(data)} to start with an empty database`,
    );
  }
  return { folder, user: await choosePostgresUser(options.userNames, options.say), record };
}

/**
 * Says whether a folder holds a database: initdb writes this file first and the rest before the folder gets its name.
 */
export function isCluster(folder: string): boolean {
  return existsSync(join(folder, 'PG_VERSION'));
}

async function newCluster({ data, userNames, systemData, say }: ClusterOptions): Promise<Cluster> {
  const inside = join(data, 'postgres');
  if (existsSync(inside)) {
    throw new Error(
      `${inside} holds a database, but its passwords in ${recordPath(data)} are missing; ` +
        'restore that file, or move the folder away to start with an empty database',
    );
  }
  const user = await choosePostgresUser(userNames, say);
  const isInside = canEnter(data, user);
  const folder = isInside ? inside : join(systemData, hashOf(data));
  if (!isInside) {
    setAside(folder, say);
    say(
      `database: user "${user?.name ?? 'this'}" cannot enter ${data}, so the database's files go to ${folder}; ` +
        'back up both',
    );
  }
  const cluster = isInside ? 'postgres' : folder;
  const record = { cluster, isMade: false, passwords: newPasswords() };
  writeRecord(data, record);
  return { folder, user, record };
}

/**
 * Returns the user that owns a database's files: root runs it as whoever owns it, which may be the one who started the
 * gateway without root before.
 */
function ownerOf(folder: string): PostgresUser | undefined {
  const { uid, gid } = statSync(folder);
  const own = process.getuid?.();
  if (own === undefined || own === uid) return undefined;
  if (own !== 0) {
    throw new Error(
      `the database in ${folder} belongs to the user with number ${uid}; start as that user or as root`,
    );
  }
  const owner = { name: `number ${uid}`, uid, gid };
  if (canEnter(folder, owner)) return owner;
  throw new Error(
    `the database in ${folder} belongs to the user with number ${uid}, who may not enter that folder; ` +
      'let that user pass through the folders above it (chmod o+x)',
  );
}

/** Puts aside what a data folder of this path left behind when it was removed by hand: its passwords went with it. */
function setAside(folder: string, say: (line: string) => void): void {
  if (!existsSync(folder)) return;
  const aside = `${folder}.left-${new Date().toISOString().replaceAll(/\W/g, '')}`;
  renameSync(folder, aside);
  say(
    `database: an earlier, removed data folder left a database, now in ${aside}; delete it when nobody needs it`,
  );
}

function hashOf(folder: string): string {
  return createHash('sha256').update(folder).digest('hex').slice(0, 16);
}
