import { Readable } from 'node:stream';
import { GatewayError, invalid } from '../core/errors';
import type { ContentAnswer } from '../core/job/files';
import { isTerminal, type Job } from '../core/job/job';
import { shownOf } from '../core/job/made';
import { isHeld, type RangeWish } from '../core/media/range';
import { PICTURE_MIMES, type PictureKind, type Pictures } from '../core/ports/pictures';
import type { Store } from '../core/ports/store/store';
import { noFile, type ContentDeps } from './content';
import type { FairGate } from './gate';
import { unchanged } from './stored-file';

/** A picture is made anew for each request that does not hold it already: docs/decisions/2026-11-30-pictures-are-made-when-asked-for.md. */
export interface PictureDeps extends Pick<ContentDeps, 'blobs'> {
  /** Lets so many be made at once; workspaces take turns. */
  gate: FairGate;
  store: { keeps: Pick<Store['keeps'], 'files' | 'pending'> };
  pictures: Pictures;
}

/**
 * Answers with a picture of a video that is kept here. Throws `invalid_request` where this machine makes none, `conflict`
 * while there is no video and where its copy was given up, `unavailable` while it is being copied and where too many wait to
 * be made, and what the making throws.
 */
export async function openPicture(
  { store, blobs, pictures, gate }: PictureDeps,
  job: Job,
  kind: PictureKind,
  { signal, ...wish }: RangeWish & { signal: AbortSignal },
): Promise<ContentAnswer> {
  if (pictures.problem !== undefined) {
    throw invalid('variant', `no ${kind} is made here: ${pictures.problem}`, MADE_ELSEWHERE);
  }
  if (!isTerminal(job.state)) {
    const message = `The video is not ready; the job is ${job.state}.`;
    throw new GatewayError('conflict', { message });
  }
  if (!job.outputs.some((output) => output.kind === 'video')) throw noFile(job, 'video');
  const files = await store.keeps.files(job.workspaceId, job.id);
  const video = files.find((file) => file.kind === 'video');
  if (!video || !(await blobs.stat(video.blob))) throw await unkept(store, job, kind);
  // The same bytes of a video give the same picture.
  const etag = `"${video.blob}-${kind}"`;
  const headers = { etag, 'content-type': PICTURE_MIMES[kind] };
  if (isHeld(wish, etag)) return unchanged(headers);
  // As the file itself says, of which a provider may count more or less.
  const source = { ...video, seconds: job.made?.seconds ?? shownOf(job).seconds };
  const make = () => pictures.make(kind, source, signal);
  const picture = await gate(job.workspaceId, make, signal);
  return {
    status: 200,
    headers: { ...headers, 'content-length': String(picture.bytes.byteLength) },
    stream: Readable.from([picture.bytes]),
  };
}

/** The variants that need no ffmpeg. */
const MADE_ELSEWHERE = ['video', 'last_frame'];

async function unkept(
  { keeps }: PictureDeps['store'],
  { id }: Job,
  kind: PictureKind,
): Promise<GatewayError> {
  if (await keeps.pending(id)) {
    const message = `A ${kind} is made of a kept file, and the video is being copied; try again shortly.`;
    return new GatewayError('unavailable', { message, retryAfterSeconds: 1 });
  }
  const message = `The video is not kept here, and a ${kind} is made of a kept file alone.`;
  return new GatewayError('conflict', { message });
}
