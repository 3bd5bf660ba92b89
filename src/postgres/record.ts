import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../host/reason';

/**
 * `<data>/postgres.json` (0600): where this folder's database lies and how to log in to it. Written before the database
 * is made, so that a start that was killed half-way finds the passwords that it used.
 */
const recordSchema = z.object({
  /** Relative to the data folder when it lies inside, so that the folder can be moved. */
  cluster: z.string().min(1),
  /** False until initdb ended well; after that a missing folder is a loss, and no reason to make an empty one. */
  isMade: z.boolean(),
  passwords: z.object({ superuser: z.string(), owner: z.string(), app: z.string() }),
});

export type PostgresRecord = z.infer<typeof recordSchema>;
export type Passwords = PostgresRecord['passwords'];

/**
 * Reads how to log in to this folder's own database; undefined when the folder has had none yet. Throws for a file that
 * is not readable.
 */
export function readRecord(data: string): PostgresRecord | undefined {
  const path = recordPath(data);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // The cause could quote a password.
    throw new Error(
      `${path} is damaged; restore it from a backup, since it holds the database's passwords`,
    );
  }
}

export function writeRecord(data: string, record: PostgresRecord): void {
  const part = `${recordPath(data)}.part`;
  writeFileSync(part, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(part, recordPath(data));
}

export function recordPath(data: string): string {
  return join(data, 'postgres.json');
}

export function newPasswords(): Passwords {
  return { superuser: newPassword(), owner: newPassword(), app: newPassword() };
}

/** Fits into a URL and into SQL as it is. */
function newPassword(): string {
  return randomBytes(24).toString('base64url');
}
