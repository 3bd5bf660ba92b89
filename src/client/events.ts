import { createParser } from 'eventsource-parser';
import type { Video } from '../dialects/videos/reply';
import { ReelayError } from './error';
import { createPatience, PATIENCE_MS } from './patience';
import { pause } from './pause';
import { eventStreamOf, objectOf, videoPath } from './read';
import type { Send } from './send';
import { createSilence, type Silence } from './silence';

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
  /** How long a stream that was open is opened again in vain before it fails; absent = five minutes. */
  patienceMs?: number | undefined;
}

/** What is wanted of the events of a whole workspace; without `lastEventId` it is what happens from now on. */
export interface WorkspaceEventsOptions extends EventsOptions {
  /** `['video.completed', 'video.failed']`; absent = all. */
  types?: readonly string[] | undefined;
}

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
 * none is missed and none comes twice; an outage shorter than `patienceMs` is waited out. Throws `ReelayError` where the
 * stream cannot be opened.
 */
export function eventsOf(
  send: Send,
  id: string,
  options: EventsOptions = {},
): AsyncGenerator<VideoEvent, void, undefined> {
  const path = `${videoPath(id)}/events`;
  return follow(send, { path, isLast: ({ data }) => isFinal(data) }, options);
}

/**
 * Yields what happens to all videos of the key's workspace, and ends with its `signal` alone. A connection that is lost is
 * opened again behind the last event, as a stream of one video is. Throws `ReelayError` where it cannot be opened.
 */
export async function* workspaceEventsOf(
  send: Send,
  { types, lastEventId, signal, patienceMs }: WorkspaceEventsOptions = {},
): AsyncGenerator<VideoEvent, void, undefined> {
  const query = types === undefined ? '' : `?types=${encodeURIComponent(types.join(','))}`;
  const source = { path: `/v1/events${query}`, isLast: () => false };
  // A connection may be lost before its first event, so that it must be known before where the stream began.
  const from = lastEventId ?? (await placeNow(send, signal));
  yield* follow(send, source, { signal, patienceMs, lastEventId: from });
}

async function placeNow(send: Send, signal: AbortSignal | undefined): Promise<string> {
  const page = await send(
    { path: '/v1/events', signal },
    objectOf<{ next_cursor: string }>('list'),
  );
  return page.next_cursor;
}

async function* follow(
  send: Send,
  source: Source,
  { signal, lastEventId, patienceMs = PATIENCE_MS }: EventsOptions,
): AsyncGenerator<VideoEvent, void, undefined> {
  const connection: Connection = { lastEventId, reconnectMs: RECONNECT_MS, hasEnded: false };
  const patience = createPatience(patienceMs, signal);
  let wasOpen = false;
  for (;;) {
    const silence = createSilence(signal);
    try {
      const body = await open(send, source, connection, silence.signal);
      if (!body) return;
      wasOpen = true;
      patience.renew();
      if (yield* oneConnection(body, source, { connection, silence, signal })) return;
      await pause(connection.reconnectMs, signal);
    } catch (error) {
      if (!wasOpen) throw error;
      await patience.bear(error, connection.reconnectMs);
    }
  }
}

const open = (
  send: Send,
  { path }: Source,
  { lastEventId }: Connection,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array> | undefined> =>
  send(
    {
      path,
      headers: {
        accept: 'text/event-stream',
        ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
      },
      signal,
    },
    eventStreamOf,
  );

interface Reading {
  connection: Connection;
  silence: Silence;
  signal: AbortSignal | undefined;
}

/** Reads one connection to its end, and returns whether the stream is over with it. */
async function* oneConnection(
  body: ReadableStream<Uint8Array>,
  { isLast }: Source,
  { connection, silence, signal }: Reading,
): AsyncGenerator<VideoEvent, boolean, undefined> {
  const found: VideoEvent[] = [];
  const parser = parserInto(found, connection);
  const reader: ReadableStreamDefaultReader<Uint8Array> = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const part = await silence.listen(() => reader.read());
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
    await reader.cancel().catch(() => undefined);
  }
}

function parserInto(found: VideoEvent[], connection: Connection) {
  return createParser({
    onEvent: ({ id, event = 'message', data }) => {
      found.push({ id, event, data: videoOf(data) });
    },
    onRetry: (ms) => {
      connection.reconnectMs = ms;
    },
  });
}

function videoOf(data: string): Video {
  try {
    return JSON.parse(data) as Video; // the gateway's own schema made it
  } catch (cause) {
    throw new ReelayError("An event's data is no JSON.", { code: 'unexpected_answer', cause });
  }
}
