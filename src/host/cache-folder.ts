import { join, resolve } from 'node:path';

export interface CacheOptions {
  /** REELAY_CACHE. */
  given?: string | undefined;
  /** XDG_CACHE_HOME. */
  xdgCacheHome?: string | undefined;
  home: string;
}

/**
 * Returns the folder for what can be fetched again, as an absolute path: the given one, else the user's cache folder
 * with `/reelay` (`~/.cache/reelay`).
 */
export function cacheFolder({ given, xdgCacheHome, home }: CacheOptions): string {
  return resolve(given || join(xdgCacheHome || join(home, '.cache'), 'reelay'));
}
