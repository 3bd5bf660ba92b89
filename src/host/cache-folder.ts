import { join, resolve } from 'node:path';

export interface CacheOptions {
  /** REELAY_CACHE. */
  given?: string | undefined;
  /** XDG_CACHE_HOME. */
  xdgCacheHome?: string | undefined;
  home: string;
}

/** Where what can be fetched again is kept: the given folder, else the user's cache folder + `/reelay`. Absolute. */
export function cacheFolder({ given, xdgCacheHome, home }: CacheOptions): string {
  return resolve(given || join(xdgCacheHome || join(home, '.cache'), 'reelay'));
}
