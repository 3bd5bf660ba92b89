import { z } from 'zod';
import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import type { Answer } from '../../core/api/answer';
import { given, must, nothingSchema } from '../../core/json/fields';
import { parseOrThrow } from '../../core/json/parse';
import type { Live, Told } from '../../core/ports/gateway/live';
import type { Results } from '../../core/ports/gateway/results';
import { show } from './render';
import { liveVideoSchema, type Video } from './reply';

const place = z.string().regex(/^\d{1,20}-[0-9a-f]{1,32}$/, {
  error: must('the id of an event of this stream'),
});
const eventsQuerySchema = z.strictObject({
  last_event_id: place
    .optional()
    .describe('The id of the last event that was seen; what came after it is told.'),
});
type EventsQuery = z.infer<typeof eventsQuerySchema>;

/** The events of one video as a stream (WHATWG HTML, section 9.2, server-sent events). */
export const eventRoutes: readonly HttpRoute[] = [
  route({
    method: 'GET',
    path: '/v1/videos/:id/events',
    summary: 'Follow a video as server-sent events',
    body: 'none',
    scope: 'read',
    acceptsEventsLink: true,
    request: nothingSchema,
    query: eventsQuerySchema,
    event: liveVideoSchema,
    handle: follow,
  }),
];

/** `Last-Event-ID` is what a client that was cut off sends by itself, so it is newer than a link's parameter. */
async function follow(
  gateway: Live & Results,
  { principal, params, query, headers, signal }: RouteInput<unknown, EventsQuery>,
): Promise<Answer> {
  const header = headers['last-event-id'];
  const after = header ? parsePlace(header) : query.last_event_id;
  const told = await gateway.follow(principal, params['id'] ?? '', { after, signal });
  // EventSource stops at 204 and comes back after every other end.
  return told ? { status: 200, events: texts(gateway, told) } : { status: 204 };
}

const parsePlace = (text: string): string =>
  parseOrThrow(eventsQuerySchema, { last_event_id: text }).last_event_id ?? text;

async function* texts(results: Results, told: AsyncIterable<Told>): AsyncGenerator<string> {
  for await (const one of told) yield textOf(results, one);
}

function textOf(results: Results, told: Told): string {
  if (told.kind === 'opened') return `retry: ${String(told.retryMs)}\n\n`;
  if (told.kind !== 'state') return `: ${told.kind}\n\n`;
  const { job, attempts, deliveries } = told;
  const video = show(results, job);
  const data = {
    ...video,
    live: {
      state: job.state,
      ...given({ event: told.type, queue: job.queue }),
      attempts,
      delivered: deliveries.length === 0 ? null : deliveries.every((one) => one === 'delivered'),
    },
  };
  const name = nameOf(told.type, video.status);
  const id = told.place === undefined ? '' : `id: ${told.place}\n`;
  return `${id}event: video.${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** A row that is told late, beside a job that has ended, keeps the name that it had: there is one end. */
function nameOf(type: string | undefined, status: Video['status']): Video['status'] {
  if (type === undefined || type.startsWith('job.ended.')) return status;
  if (type === 'job.created') return 'queued';
  return status === 'queued' ? 'queued' : 'in_progress';
}
