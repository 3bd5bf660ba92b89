import type { Api, Dialect } from '../core/api/dialect';
import { account } from './account';
import { admin } from './admin';
import { arkTasks } from './ark-tasks';
import { jobs } from './jobs';
import { ula } from './ula';
import { unifiedVideo } from './unified-video';
import { videoGenerations } from './video-generations';
import { videos } from './videos';

/** Every public API for jobs, by name. */
export const dialects: Readonly<Record<string, Dialect>> = {
  videos,
  'video-generations': videoGenerations,
  'unified-video': unifiedVideo,
  'ark-tasks': arkTasks,
  ula,
};

/** All APIs that are served. The first one also answers for paths that belong to none. */
export const apis: Readonly<Record<string, Api>> = { ...dialects, jobs, account, admin };
