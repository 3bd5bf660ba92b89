import type { Kind } from './schema';

/** `/v1/videos/text2video/...`; `id` is Kling's own or ours, the same door knows both. */
export function pathOf(kind: Kind, id?: string): string {
  return id === undefined ? `/v1/videos/${kind}` : `/v1/videos/${kind}/${encodeURIComponent(id)}`;
}
