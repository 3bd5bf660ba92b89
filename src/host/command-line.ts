import { basename, isAbsolute, relative, resolve } from 'node:path';

const ENTRY = 'reelay.mjs';

/**
 * Writes a command as it is typed where this process was started: `node scripts/reelay.mjs stop` in a clone, with the
 * way to the script from any other folder, and `reelay stop` where it was called by that name.
 */
export function commandLine(words: string, called: string = process.argv[1] ?? ''): string {
  if (basename(called) === 'reelay') return `reelay ${words}`;
  if (basename(called) !== ENTRY) return `node scripts/${ENTRY} ${words}`;
  const way = relative(process.cwd(), resolve(called));
  return `node ${way.startsWith('..') || isAbsolute(way) ? resolve(called) : way} ${words}`;
}
