import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { newSecret } from '../callbacks/secrets';
import { newKey } from '../store/new-key';

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
  key: z.string(),
  admin_key: z.string(),
  callback_secret: z.string(),
});

export function developmentKeys(data: string): DevelopmentKeys {
  const path = join(data, 'keys.json');
  if (existsSync(path)) {
    const parsed = keysSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return parsed.data;
    throw new Error(`${path} is damaged; restore it, or delete it to get new keys`);
  }
  const keys = {
    key: newKey(randomBytes).key,
    admin_key: newKey(randomBytes).key,
    callback_secret: newSecret(randomBytes(32)),
  };
  saveKeys(data, keys);
  return keys;
}

export function saveKeys(data: string, keys: DevelopmentKeys): void {
  writePrivate(join(data, 'keys.json'), `${JSON.stringify(keys, null, 2)}\n`);
}

/** 32 bytes: from REELAY_SECRET_KEY, else from the data folder. */
export function secretKey(data: string, given: string | undefined): Buffer {
  if (given !== undefined) return Buffer.from(given, 'base64');
  const path = join(data, 'secret.key');
  if (!existsSync(path)) writePrivate(path, `${randomBytes(32).toString('base64')}\n`);
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64');
  if (key.length !== 32) throw new Error(`${path} is damaged; restore it from a backup`);
  return key;
}

/** Whole or not at all, and never readable by others in between. */
function writePrivate(path: string, text: string): void {
  const temporary = `${path}.${String(process.pid)}.tmp`;
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
}
