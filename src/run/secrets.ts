import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { newSecret } from '../callbacks/secrets';
import { isKey, newKey } from '../store/keys/new-key';

/**
 * The development secrets of one data folder, made once and kept, so that later starts print the same: the API keys and
 * callback secret in keys.json, and the key that seals rows and signs links in secret.key. Both are 0600.
 */
export interface DevelopmentKeys {
  key: string;
  admin_key: string;
  callback_secret: string;
}

const keysSchema = z.object({
  key: z.string().refine(isKey),
  admin_key: z.string().refine(isKey),
  callback_secret: z.string(),
});

export function developmentKeys(data: string): DevelopmentKeys {
  const path = join(data, 'keys.json');
  const text = readOrMake(path, () =>
    keysText({
      key: newKey(randomBytes).key,
      admin_key: newKey(randomBytes).key,
      callback_secret: newSecret(randomBytes(32)),
    }),
  );
  const parsed = keysSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  throw new Error(`${path} is damaged; restore it, or delete it to get new keys`);
}

export function saveKeys(data: string, keys: DevelopmentKeys): void {
  const path = join(data, 'keys.json');
  renameSync(temporaryFile(path, keysText(keys)), path);
}

const keysText = (keys: DevelopmentKeys): string => `${JSON.stringify(keys, null, 2)}\n`;

/**
 * The secret key, 32 bytes. While it is changed there are several: one seals and signs, and what another of them sealed
 * or signed is read too.
 */
export interface SecretKeys {
  key: Buffer;
  others: readonly Buffer[];
}

/**
 * Returns the secret keys: from REELAY_SECRET_KEY (`new,old`), else from the data folder's secret.key, one a line. The
 * first one seals and signs.
 */
export function secretKeys(data: string, given: string | undefined): SecretKeys {
  const path = join(data, 'secret.key');
  const text = given ?? readOrMake(path, newSecretKey);
  const [key, ...others] = text
    .trim()
    .split(/[,\s]+/)
    .map((one) => Buffer.from(one, 'base64'));
  if (!key || [key, ...others].some(({ length }) => length !== 32)) {
    throw new Error(`${path} is damaged; restore it from a backup`);
  }
  return { key, others };
}

/**
 * Puts a new key before those of the data folder's secret.key, which are read from then on, and returns how many there
 * are. Processes that run go on with those that they began with.
 */
export function addSecretKey(data: string): number {
  const path = join(data, 'secret.key');
  const { key, others } = secretKeys(data, undefined);
  const kept = [key, ...others].map((one) => `${one.toString('base64')}\n`);
  renameSync(temporaryFile(path, [newSecretKey(), ...kept].join('')), path);
  return kept.length + 1;
}

const newSecretKey = (): string => `${randomBytes(32).toString('base64')}\n`;

/**
 * Returns the file's text, made first where it is missing. Of processes that make it at once one wins, and all read
 * what that one wrote: a link is there with all of its bytes or not at all, and never takes the place of another.
 */
function readOrMake(path: string, make: () => string): string {
  if (!existsSync(path)) {
    const temporary = temporaryFile(path, make());
    try {
      linkSync(temporary, path);
    } catch (error) {
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(temporary);
    }
  }
  return readFileSync(path, 'utf8');
}

/**
 * Writes a file that others can never read, and returns its path. The name is this process's own, and not another's on
 * a shared folder.
 */
function temporaryFile(path: string, text: string): string {
  const temporary = `${path}.${randomUUID()}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
  return temporary;
}
