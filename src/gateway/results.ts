import { filesEndAt } from '../core/job/files';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Results } from '../core/ports/gateway/results';
import type { Limits } from '../core/settings/limits';
import type { Waits } from '../core/settings/waits';
import { openContent } from './content';
import type { ContentDeps } from './content';
import type { GatewayDeps } from './deps';
import { createFairGate } from './gate';
import { openPicture, type PictureDeps } from './pictures';
import { openInput } from './stored-file';

interface ResultDeps extends Pick<GatewayDeps, 'signLink' | 'retention'> {
  limits: Pick<Limits, 'picturesAtOnce'>;
  waits: Pick<Waits, 'contentTimeoutMs' | 'pictureMs'>;
}

/** Makes the files of jobs. Those of finished ones are opened by the jobs' own `get`, so that another workspace's is `not_found`. */
export function createResults(
  deps: ContentDeps & Omit<PictureDeps, 'gate'> & ResultDeps,
  { get }: Pick<Jobs, 'get'>,
): Results {
  const gate = createFairGate({
    atOnce: deps.limits.picturesAtOnce,
    waitMs: deps.waits.pictureMs,
    many: 'Too many pictures are being made at this moment',
  });
  return {
    async content(principal, id, kind, wish) {
      const job = await get(principal, id);
      return kind === 'thumbnail' || kind === 'spritesheet'
        ? openPicture({ ...deps, gate }, job, kind, wish)
        : openContent(deps, job, kind, wish);
    },
    input: (blob, wish) => openInput(deps.blobs, blob, wish),
    link: deps.signLink,
    filesEndAt: (job) => filesEndAt(deps.retention, job),
  };
}
