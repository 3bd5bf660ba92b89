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

/** Three of the heartbeats that the gateway sends (15 s each): a stream that is silent for longer is a dead connection. */
const SILENCE_MAX_MS = 45_000;
const RECONNECT_MS = 1_000;

export const isFinal = ({ status }: Pick<Video, 'status'>): boolean =>
  status === 'completed' || status === 'failed';

interface Connection {
  lastEventId: string | undefined;
  reconnectMs: number;
  hasEnded: boolean;
}

/**
 * Yields what happens to a video until it has ended. A connection that is lost is opened again behind the last event, so
 * none is missed and none comes twice. Throws `ReelayError` where the stream cannot be opened.
 */
export async function* eventsOf(
  send: Send,
  id: string,
  { signal, lastEventId }: EventsOptions = {},
): AsyncGenerator<VideoEvent, void, undefined> {
  const connection: Connection = { lastEventId, reconnectMs: RECONNECT_MS, hasEnded: false };
  for (;;) {
    const isOver = yield* oneConnection(send, id, connection, signal);
    if (isOver) return;
    await pause(connection.reconnectMs, signal);
  }
}

/** Reads one connection to its end, and returns whether the stream is over with it. */
async function* oneConnection(
  send: Send,
  id: string,
  connection: Connection,
  signal: AbortSignal | undefined,
): AsyncGenerator<VideoEvent, boolean, undefined> {
  const silence = new AbortController();
  const both = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  const { lastEventId } = connection;
  const response = await send({
    path: `/v1/videos/${encodeURIComponent(id)}/events`,
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
        connection.hasEnded ||= isFinal(event.data);
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
