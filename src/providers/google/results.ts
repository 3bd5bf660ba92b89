import type { Output } from '../../core/job/outcome';

/** Links to Google's results, each of which our credential opens. */

/** `.../v1beta/files/abc123:download?alt=media`, on whatever host it is written. */
const FILE = /\/v1beta\/(files\/[\w-]+)(?::download)?(?:\?|$)/;

/**
 * Returns the link to a file of the Gemini API, which is asked for at the channel's own address whatever host the reply
 * names. Any other link is opened as it is, without a credential.
 */
export function fileOutput(uri: string): Output {
  const name = FILE.exec(uri)?.[1];
  if (name === undefined) return { kind: 'video', url: uri };
  return { kind: 'video', url: `/v1beta/${name}:download?alt=media`, keyed: true };
}

const OBJECT = /^gs:\/\/([a-z0-9][\w.-]*)\/(.+)$/;

/** Returns the link to an object such as `gs://bucket/videos/sample_0.mp4`; undefined for a text that names none. */
export function objectOutput(uri: string, storageUrl: string): Output | undefined {
  const [, bucket, object] = OBJECT.exec(uri) ?? [];
  if (bucket === undefined || object === undefined) return undefined;
  const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}`;
  return { kind: 'video', url: `${storageUrl}${path}?alt=media`, keyed: true };
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;

/** Returns the bytes of a video that stands in a reply; undefined for a text that is no base64. */
export function bytesOf(base64: string | undefined): Uint8Array | undefined {
  return base64 !== undefined && BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined;
}
