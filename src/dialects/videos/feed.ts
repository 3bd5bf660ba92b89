import { z } from 'zod';
import type { Answer } from '../../core/api/answer';
import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import { invalid } from '../../core/errors';
import { count, nothingSchema } from '../../core/json/fields';
import { told } from '../../core/json/told';
import type { Feed, FeedQuery, FeedTold } from '../../core/ports/gateway/feed';
import type { Results } from '../../core/ports/gateway/results';
import { VIDEO_STATUSES } from '../kit/video-status';
import {
  eventNameOf,
  eventOf,
  parsePlace,
  placeSchema,
  textOfEvent,
  type VideoEvent,
} from './event';
import { eventListSchema, videoEventSchema } from './event-reply';
import { FEED } from './sentences';

const NAMES = VIDEO_STATUSES.map((status) => `video.${status}` as const);
const LIMIT = 20;

const feedQuerySchema = z.strictObject(
  told(
    {
      after: placeSchema.optional(),
      limit: count(1, 100).optional(),
      /** Seconds, fewer than proxies wait. */
      wait: count(0, 60).optional(),
      /** `video.completed,video.failed` */
      types: z
        .preprocess(
          (value) => (typeof value === 'string' ? value.split(',') : value),
          z.array(z.enum(NAMES)).min(1),
        )
        .optional(),
    },
    FEED,
  ),
);
type Query = z.infer<typeof feedQuerySchema>;

/** The events of all videos of a workspace, as a stream or page by page. */
export const feedRoutes: readonly HttpRoute[] = [
  route({
    method: 'GET',
    path: '/v1/events',
    summary: 'Follow all videos, as server-sent events or page by page',
    body: 'none',
    scope: 'read',
    request: nothingSchema,
    query: feedQuerySchema,
    reply: eventListSchema,
    event: videoEventSchema.shape.data,
    handle: (gateway, input) =>
      input.headers['accept']?.includes('text/event-stream')
        ? follow(gateway, input)
        : list(gateway, input),
  }),
];

type Input = RouteInput<unknown, Query>;

async function list(gateway: Feed & Results, { principal, query, signal }: Input): Promise<Answer> {
  const { after, limit = LIMIT, wait = 0 } = query;
  const wants = wantsOf(query.types);
  const asked = { after, wants, limit, waitMs: wait * 1000, signal };
  const { events, next, hasMore } = await gateway.events(principal, asked);
  const data = events.map((event) => {
    const told = eventOf(gateway, event);
    return { id: event.place, object: 'event', ...told, video_id: told.data.id };
  });
  return { status: 200, body: { object: 'list', data, next_cursor: next, has_more: hasMore } };
}

/** `Last-Event-ID` is what a client that was cut off sends by itself, so it is newer than a parameter. */
async function follow(
  gateway: Feed & Results,
  { principal, query, headers, signal }: Input,
): Promise<Answer> {
  const stranger = (['limit', 'wait'] as const).find((name) => query[name] !== undefined);
  if (stranger) throw invalid(stranger, 'does not go with a stream; ask for application/json');
  const header = headers['last-event-id'];
  const after = header ? parsePlace(header) : query.after;
  const wants = wantsOf(query.types);
  const told = await gateway.followAll(principal, { after, wants, signal });
  return { status: 200, events: texts(gateway, told) };
}

const wantsOf = (types: readonly VideoEvent['event'][] | undefined): FeedQuery['wants'] =>
  types && ((event) => types.includes(eventNameOf(event)));

async function* texts(results: Results, told: AsyncIterable<FeedTold>): AsyncGenerator<string> {
  for await (const one of told) yield textOf(results, one);
}

function textOf(results: Results, told: FeedTold): string {
  if (told.kind === 'event') return textOfEvent(eventOf(results, told), told.place);
  if (told.kind === 'opened') return `retry: ${String(told.retryMs)}\n\n`;
  // A block without data moves `Last-Event-ID` on and is no event (WHATWG HTML, 9.2.6).
  return told.kind === 'place' ? `id: ${told.place}\n\n` : `: ${told.kind}\n\n`;
}
