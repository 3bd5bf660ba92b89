import { z } from 'zod';
import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import type { Answer } from '../../core/api/answer';
import { nothingSchema } from '../../core/json/fields';
import type { Live, Told } from '../../core/ports/gateway/live';
import type { Results } from '../../core/ports/gateway/results';
import { eventOf, parsePlace, placeSchema, textOfEvent } from './event';
import { videoEventSchema } from './event-reply';

const eventsQuerySchema = z.strictObject({
  last_event_id: placeSchema
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
    event: videoEventSchema.shape.data,
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

async function* texts(results: Results, told: AsyncIterable<Told>): AsyncGenerator<string> {
  for await (const one of told) yield textOf(results, one);
}

function textOf(results: Results, told: Told): string {
  if (told.kind === 'opened') return `retry: ${String(told.retryMs)}\n\n`;
  if (told.kind !== 'state') return `: ${told.kind}\n\n`;
  return textOfEvent(eventOf(results, told), told.place);
}
