import { jsonCall, jsonOf, type Call, type Reply } from '../../core/provider/exchange';
import type { FindReading, SubmitFacts } from '../../core/provider/provider';
import { identifier, isSuccess } from '../kit';
import { numberOf, objectOf } from './schema';

/**
 * Another gateway of this kind shows our id as the `request_id` of a video, and has no search for it: the newest of its
 * videos are looked through. An attempt's id tells when it was made (UUID version 7), so that a page which reaches back
 * behind that moment is proof that there is no such video.
 */
export const find = (): Call => jsonCall('GET', `/videos?limit=${String(LIMIT)}&order=desc`);

const LIMIT = 50;

export function readFind(reply: Reply, { attemptId }: Pick<SubmitFacts, 'attemptId'>): FindReading {
  const list = isSuccess(reply) ? objectOf(jsonOf(reply)) : undefined;
  const data = list?.['data'];
  if (!list || !Array.isArray(data)) return { retry: true };
  const videos = data.flatMap((video) => {
    const object = objectOf(video);
    return object ? [object] : [];
  });
  const ours = videos.find((video) => video['request_id'] === attemptId);
  if (ours) {
    const id = identifier.safeParse(ours['id']);
    return id.success ? { operation: { id: id.data } } : { retry: true };
  }
  const isAll = list['has_more'] === false && videos.length === data.length;
  return isAll || isOlder(videos.at(-1)?.['created_at'], attemptId)
    ? { notFound: true }
    : { retry: true };
}

/** The clocks of two gateways may differ by so much. */
const CLOCKS_MS = 300_000;

/** Says whether a video was made before the attempt was. `createdAt` is Unix seconds. */
function isOlder(createdAt: unknown, attemptId: string): boolean {
  const seconds = numberOf(createdAt);
  const hex = /^([0-9a-f]{8})-([0-9a-f]{4})-7/i.exec(attemptId);
  if (seconds === undefined || !hex) return false;
  const attemptMs = parseInt(`${hex[1] ?? ''}${hex[2] ?? ''}`, 16);
  return seconds * 1_000 + CLOCKS_MS < attemptMs;
}
