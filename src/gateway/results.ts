import { filesEndAt } from '../core/job/files';
import type { Jobs } from '../core/ports/gateway/jobs';
import type { Results } from '../core/ports/gateway/results';
import { openContent } from './content';
import type { ContentDeps } from './content';
import type { GatewayDeps } from './deps';
import { openPicture, type PictureDeps } from './pictures';
import { openInput } from './stored-file';

/** Makes the files of jobs. Those of finished ones are opened by the jobs' own `get`, so that another workspace's is `not_found`. */
export function createResults(
  deps: ContentDeps & PictureDeps & Pick<GatewayDeps, 'signLink' | 'retention'>,
  { get }: Pick<Jobs, 'get'>,
): Results {
  return {
    async content(principal, id, kind, wish) {
      const job = await get(principal, id);
      return kind === 'thumbnail' || kind === 'spritesheet'
        ? openPicture(deps, job, kind, wish)
        : openContent(deps, job, kind, wish);
    },
    input: (blob, wish) => openInput(deps.blobs, blob, wish),
    link: deps.signLink,
    filesEndAt: (job) => filesEndAt(deps.retention, job),
  };
}
