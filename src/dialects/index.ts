import type { Dialect } from '../core/dialect';
import { videos } from './videos';

/** Every public API, by name. The first one also answers for paths that belong to none. */
export const dialects: Readonly<Record<string, Dialect>> = { videos };
