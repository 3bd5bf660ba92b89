import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Everything the build reads. */
const SOURCES = [
  'src',
  'workflows',
  'activities',
  'simulators',
  'demo',
  'bench',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'scripts/build.mjs',
];

/**
 * Why `dist` must be built again, or undefined when it is up to date. An installation without sources (the image)
 * is always up to date. The build's start counts, not its end, so that an edit during a build is not missed.
 */
export function staleness(root = ROOT) {
  if (!existsSync(join(root, 'src'))) return undefined;
  const stamp = readStamp(root);
  if (!stamp) return 'there is no finished build';
  for (const source of SOURCES) {
    const newer = newerThan(root, source, stamp.startedAtMs);
    if (newer) return `${newer} is newer than the build`;
  }
  return undefined;
}

function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, 'dist', 'build.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/** A folder's own time counts too: it changes when a file in it is removed or renamed. */
function newerThan(root, path, timeMs) {
  const stat = statSync(join(root, path), { throwIfNoEntry: false });
  if (!stat) return undefined;
  if (stat.mtimeMs >= timeMs) return path;
  if (!stat.isDirectory()) return undefined;
  for (const name of readdirSync(join(root, path))) {
    const newer = newerThan(root, join(path, name), timeMs);
    if (newer) return newer;
  }
  return undefined;
}
