import { z } from 'zod';
import { VIDEO_STATUSES } from '../kit/video-status';
import { videoSchema } from './reply';

/** What is known of a job beside its video. */
const liveSchema = z.strictObject({
  /** Our own state, such as `running`. */
  state: z.string(),
  /** Our own name of what happened, such as `job.ended.succeeded`. */
  event: z.string().optional(),
  /** The place of the job among those that wait for a slot. */
  queue: z.looseObject({ place: z.int(), reason: z.string() }).optional(),
  /** Submits begun so far. */
  attempts: z.array(z.strictObject({ number: z.int(), model: z.string(), state: z.string() })),
  /** Whether the callback of the end has arrived; null where none is known. */
  delivered: z.boolean().nullable(),
});

/** One event: its name, and the video as it is now. */
export const videoEventSchema = z.strictObject({
  event: z.enum(VIDEO_STATUSES.map((status) => `video.${status}` as const)),
  data: videoSchema.extend({ live: liveSchema }),
});

/** A page of the events of a workspace. */
export const eventListSchema = z.strictObject({
  object: z.literal('list'),
  data: z.array(
    videoEventSchema.extend({
      /** Its place in the one order: what `after` takes. */
      id: z.string(),
      object: z.literal('event'),
      video_id: z.string(),
    }),
  ),
  /** What `after` takes to go on; there also where no event is. */
  next_cursor: z.string(),
  has_more: z.boolean(),
});
