import type { Job } from '../core/job/job';
import type { Submission } from '../core/provider/provider';
import type { MediaForms } from '../core/request/media-forms';
import type { AppliedRequest, Input } from '../core/request/request';
import type { AttemptDeps } from './deps';

/** How one channel takes what a job was given. */
export interface TakenBy {
  /** The request as this channel makes it; undefined where that is the job's own. */
  applied: AppliedRequest | undefined;
  /** The address at which its provider can fetch from us; undefined where it has no way to us. */
  base: string | undefined;
  media: MediaForms | undefined;
}

type Given = Pick<Submission, 'applied' | 'blobs' | 'native'>;
type InputDeps = Pick<AttemptDeps, 'blobs' | 'signInput' | 'renewLink'>;

/**
 * Returns a job's inputs in the form in which a channel takes them: the caller's own request where that is what is sent;
 * else a link of ours for each file that the model takes as a link alone, and for each result of ours, which works until
 * the job's deadline; else the file's bytes. Throws where there would have to be a link and the provider has no way to us.
 */
export async function takenInputs(
  deps: InputDeps,
  job: Job,
  { applied: own, base, media: forms }: TakenBy,
): Promise<Given> {
  const applied = own ?? job.applied;
  if (job.native) return { applied, blobs: new Map(), native: await nativeOf(deps, job.native) };
  const inputs = applied.inputs.map((input): Input => {
    const { role, media } = input;
    if ('url' in media) {
      return { role, media: { url: deps.renewLink(media.url, job.deadlineAt) } };
    }
    if (!('blob' in media) || !forms?.linkOnly.includes(role)) return input;
    if (base === undefined)
      throw new Error(`a ${role} needs a link, and REELAY_PUBLIC_URL is not set`);
    return { role, media: { url: deps.signInput(base, media.blob, job.deadlineAt) } };
  });
  return { applied: { ...applied, inputs }, blobs: await loadBlobs(deps, inputs) };
}

async function nativeOf(
  { blobs }: InputDeps,
  { body, headers, search, ids }: NonNullable<Job['native']>,
): Promise<NonNullable<Submission['native']>> {
  // The endpoint took nothing but UTF-8, so no byte changes on the way through a text.
  const text = new TextDecoder('utf-8', { fatal: true }).decode(await blobs.read(body));
  return { text, headers, search, ids };
}

async function loadBlobs(deps: InputDeps, inputs: readonly Input[]): Promise<Submission['blobs']> {
  const blobs = new Map<string, { mime: string; bytes: Uint8Array }>();
  for (const { media } of inputs) {
    if ('blob' in media) {
      blobs.set(media.blob, { mime: media.mime, bytes: await deps.blobs.read(media.blob) });
    }
  }
  return blobs;
}

/** A file is in memory as bytes, as base64, as the JSON text around it and as the bytes on the wire. */
const SEND_FACTOR = 5;

/** Says how much memory the POST of a job may take, in bytes; 0 for one that is text alone. */
export async function sendBytesOf(deps: Pick<AttemptDeps, 'blobs'>, job: Job): Promise<number> {
  const blobs = job.native
    ? [job.native.body]
    : job.applied.inputs.flatMap(({ media }) => ('blob' in media ? [media.blob] : []));
  const stats = await Promise.all(blobs.map((blob) => deps.blobs.stat(blob)));
  return stats.reduce((sum, stat) => sum + (stat?.bytes ?? 0), 0) * SEND_FACTOR;
}
