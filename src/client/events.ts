import { createParser } from 'eventsource-parser';
import type { Video } from '../dialects/videos/reply';
import { ReelayError } from './error';
import { pause } from './pause';
import type { Send } from './send';

export interface VideoEvent {
  /** The place in the stream, for `lastEventId`; absent on events that have none. */
  id: string | undefined;
  /** `video.in_progress` */
  event: string;
  data: Video;
}

export interface EventsOptions {
  signal?: AbortSignal | undefined;
  /** The `id` of the last event that was seen: the stream goes on behind it. */
  lastEventId?: string | undefined;
}

/** What is wanted of the events of a whole workspace; without `lastEventId` it is what happens from now on. */
export interface WorkspaceEventsOptions extends EventsOptions {
  /** `['video.completed', 'video.failed']`; absent = all. */
  types?: readonly string[] | undefined;
}

/** Three of the heartbeats that the gateway sends (15 s each): a stream that is silent for longer is a dead connection. */
const SILENCE_MAX_MS = 45_000;
const RECONNECT_MS = 1_000;

export const isFinal = ({ status }: Pick<Video, 'status'>): boolean =>
  status === 'completed' || status === 'failed';

/** A stream, and which event is its last one. */
interface Source {
  path: string;
  isLast(event: VideoEvent): boolean;
}

interface Connection {
  lastEventId: string | undefined;
  reconnectMs: number;
  hasEnded: boolean;
}

/**
 * Yields what happens to a video until it has ended. A connection that is lost is opened again behind the last event, so
 * none is missed and none comes twice. Throws `ReelayError` where the stream cannot be opened.
 */
export function eventsOf(
  send: Send,
  id: string,
  options: EventsOptions = {},
): AsyncGenerator<VideoEvent, void, undefined> {
  const path = `/v1/videos/${encodeURIComponent(id)}/events`;
  return follow(send, { path, isLast: ({ data }) => isFinal(data) }, options);
}

/**
 * Yields what happens to all videos of the key's workspace, and ends with its `signal` alone. A connection that is lost is
 * opened again behind the last event, as a stream of one video is. Throws `ReelayError` where it cannot be opened.
 */
export async function* workspaceEventsOf(
  send: Send,
  { types, lastEventId, signal }: WorkspaceEventsOptions = {},
): AsyncGenerator<VideoEvent, void, undefined> {
  const query = types === undefined ? '' : `?types=${encodeURIComponent(types.join(','))}`;
  const source = { path: `/v1/events${query}`, isLast: () => false };
  // A connection may be lost before its first event, so that it must be known before where the stream began.
  const from = lastEventId ?? (await placeNow(send, signal));
  yield* follow(send, source, { signal, lastEventId: from });
}

async function placeNow(send: Send, signal: AbortSignal | undefined): Promise<string> {
  const response = await send({ path: '/v1/events', signal });
  const page = (await response.json()) as { next_cursor: string }; // the gateway's own schema made it
  return page.next_cursor;
}

async function* follow(
  send: Send,
  source: Source,
  { signal, lastEventId }: EventsOptions,
): AsyncGenerator<VideoEvent, void, undefined> {
  const connection: Connection = { lastEventId, reconnectMs: RECONNECT_MS, hasEnded: false };
  for (;;) {
    const isOver = yield* oneConnection(send, source, connection, signal);
    if (isOver) return;
    await pause(connection.reconnectMs, signal);
  }
}

/** Reads one connection to its end, and returns whether the stream is over with it. */
async function* oneConnection(
  send: Send,
  { path, isLast }: Source,
  connection: Connection,
  signal: AbortSignal | undefined,
): AsyncGenerator<VideoEvent, boolean, undefined> {
  const silence = new AbortController();
  const both = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  const { lastEventId } = connection;
  const response = await send({
    path,
    headers: {
      accept: 'text/event-stream',
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    },
    signal: both,
  });
  // 204 tells a client to come no more (WHATWG HTML, 9.2.2).
  if (response.status === 204 || !response.body) return true;
  const found: VideoEvent[] = [];
  const parser = parserInto(found, connection);
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      timer = setTimeout(() => {
        silence.abort(new ReelayError('The stream was silent.', { code: 'no_answer' }));
      }, SILENCE_MAX_MS);
      const part = await reader.read().catch(() => undefined);
      clearTimeout(timer);
      signal?.throwIfAborted();
      if (part === undefined) return false;
      if (part.done) return connection.hasEnded;
      parser.feed(decoder.decode(part.value, { stream: true }));
      for (const event of found.splice(0)) {
        connection.lastEventId = event.id ?? connection.lastEventId;
        connection.hasEnded ||= isLast(event);
        yield event;
      }
    }
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => undefined);
  }
}

function parserInto(found: VideoEvent[], connection: Connection) {
  return createParser({
    onEvent: ({ id, event = 'message', data }) => {
      found.push({ id, event, data: JSON.parse(data) as Video }); // the gateway's own schema made it
    },
    onRetry: (ms) => {
      connection.reconnectMs = ms;
    },
  });
}
