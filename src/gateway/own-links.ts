import type { Principal } from '../core/api/principal';
import { invalid, type GatewayError } from '../core/errors';
import type { Draft, InputSource } from '../core/request/draft';
import type { GatewayDeps } from './deps';
import { paramOf } from './inputs';

type OwnLinkDeps = Pick<GatewayDeps, 'store' | 'blobs' | 'links'>;

/**
 * Resolves links of our own among the inputs, which are results of earlier jobs. One that is expired, changed or
 * another workspace's is refused, since the provider would be refused too, after the job was made. A picture that is
 * kept here becomes the stored file, which outlives its link; a video stays a link, as providers take videos by link
 * only.
 */
export async function resolveOwnLinks(
  deps: OwnLinkDeps,
  principal: Principal,
  draft: Draft,
): Promise<Draft> {
  const inputs: InputSource[] = [];
  for (const [index, source] of draft.request.inputs.entries()) {
    const { media } = source;
    const read = 'url' in media ? deps.links.read(media.url) : undefined;
    if (!read) {
      inputs.push(source);
      continue;
    }
    const param = paramOf(media, index, draft.names);
    if ('problem' in read) throw refused(param, read.problem);
    const kept = await keptFile(deps, principal, { ...read.target, param });
    const isStored = kept?.mime.startsWith('image/') && source.role !== 'reference_video';
    inputs.push(
      kept && isStored
        ? { role: source.role, media: { blob: kept.blob, mime: kept.mime } }
        : source,
    );
  }
  return { ...draft, request: { ...draft.request, inputs } };
}

async function keptFile(
  { store, blobs }: OwnLinkDeps,
  { workspaceId }: Principal,
  link: { workspaceId: string; jobId: string; kind: string; param: string },
) {
  const job =
    link.workspaceId === workspaceId ? await store.jobs.get(workspaceId, link.jobId) : undefined;
  if (!job) throw refused(link.param, 'There is no such result in this workspace.');
  if (!job.outputs.some(({ kind }) => kind === link.kind)) {
    throw refused(link.param, `That job has no ${link.kind}.`);
  }
  const files = await store.keeps.files(workspaceId, job.id);
  const kept = files.find(({ kind }) => kind === link.kind);
  return kept && (await blobs.stat(kept.blob)) ? kept : undefined;
}

/** Makes the refusal of a link; `problem` is a sentence. */
const refused = (param: string, problem: string): GatewayError =>
  invalid(param, `is a link to a result of this gateway. ${problem.replace(/\.$/, '')}`);
