import { join } from 'node:path';

/** The folder of files that have no name yet, or none any more. */
export const TEMPORARY = '.tmp';

/** Ids come from rows and URLs; nothing but 64 hex digits ever becomes part of a path. */
export function isId(id: string): boolean {
  return /^[0-9a-f]{64}$/.test(id);
}

export function pathOf(folder: string, id: string): string {
  return join(folder, id.slice(0, 2), id.slice(2, 4), id);
}

export async function orIfMissing<Value>(asked: Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    if (isMissing(error)) return otherwise;
    throw error;
  }
}

export function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT');
}

export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
