import { z } from 'zod';
import { given, must } from '../../core/json/fields';
import { parseOrThrow } from '../../core/json/parse';
import type { Job } from '../../core/job/job';
import type { Results } from '../../core/ports/gateway/results';
import type { Timeline } from '../../core/ports/store/timeline';
import { VIDEO_STATUS } from '../kit/video-status';
import type { videoEventSchema } from './event-reply';
import { show } from './render';
import type { Video } from './reply';

export type VideoEvent = z.infer<typeof videoEventSchema>;

/** The id of an event, such as `7421-019b7a3c00007000800000000000abcd`. */
export const placeSchema = z.string().regex(/^\d{1,20}-[0-9a-f]{1,32}$/, {
  error: must('the id of an event, as in 7421-019b7a3c00007000800000000000abcd'),
});

/** Reads the header `Last-Event-ID`. Throws `invalid_request` for what is no id of an event. */
export const parsePlace = (text: string): string =>
  parseOrThrow(z.strictObject({ last_event_id: placeSchema }), { last_event_id: text })
    .last_event_id;

/** Makes an event of a job as it is now; `type` is that of the row which is told, where it is one. */
export function eventOf(
  results: Results,
  {
    job,
    type,
    attempts,
    deliveries,
  }: { job: Job; type?: string } & Pick<Timeline, 'attempts' | 'deliveries'>,
): VideoEvent {
  const video = show(results, job);
  const live = {
    state: job.state,
    ...given({ event: type, queue: job.queue }),
    attempts: [...attempts],
    delivered: deliveries.length === 0 ? null : deliveries.every((one) => one === 'delivered'),
  };
  return { event: eventNameOf({ job, type }), data: { ...video, live } };
}

/** Writes an event as it goes over the wire; without a place it is not repeated to a reader who comes back. */
export function textOfEvent({ event, data }: VideoEvent, place: string | undefined): string {
  const id = place === undefined ? '' : `id: ${place}\n`;
  return `${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Returns the name of an event of a job: `video.in_progress`. */
export const eventNameOf = ({
  job,
  type,
}: {
  job: Job;
  type?: string | undefined;
}): VideoEvent['event'] => `video.${statusAt(type, VIDEO_STATUS[job.state])}`;

/** A row that is told late, beside a job that has ended, keeps the name that it had: there is one end. */
function statusAt(type: string | undefined, status: Video['status']): Video['status'] {
  if (type === undefined || type.startsWith('job.ended.')) return status;
  if (type === 'job.created') return 'queued';
  return status === 'queued' ? 'queued' : 'in_progress';
}
