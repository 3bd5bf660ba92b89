import type { Kind } from './schema';

/**
 * Returns the path of an endpoint, `/v1/videos/text2video`, or of a task there. `id` is Kling's own or ours: the same
 * endpoint knows both.
 */
export function pathOf(kind: Kind, id?: string): string {
  return id === undefined ? `/v1/videos/${kind}` : `/v1/videos/${kind}/${encodeURIComponent(id)}`;
}
