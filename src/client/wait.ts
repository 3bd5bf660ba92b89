import type { Video } from '../dialects/videos/reply';
import { ReelayError, retryAfterMs } from './error';
import { eventsOf, isFinal } from './events';
import { createPatience, PATIENCE_MS } from './patience';
import { pause } from './pause';
import { objectOf, videoPath } from './read';
import type { Send } from './send';

export interface WaitOptions {
  signal?: AbortSignal | undefined;
  /** How long nothing but failures is borne before the wait fails too; absent = five minutes. */
  patienceMs?: number | undefined;
}

const POLL_MS = 2_000;
/** Answers to a request for the stream that mean that this gateway has none. */
const NO_STREAM = [200, 404, 405, 406, 501];

/**
 * Returns a video when it has ended, completed or failed. It follows the stream of events where the gateway has one, and
 * asks again and again elsewhere, as often as `openai-poll-after-ms` or `Retry-After` say. An outage shorter than
 * `patienceMs` is waited out, since the job goes on without us.
 */
export async function waitFor(
  send: Send,
  id: string,
  { signal, patienceMs = PATIENCE_MS }: WaitOptions = {},
): Promise<Video> {
  const patience = createPatience(patienceMs, signal);
  let hasStream = true;
  for (;;) {
    try {
      const { video, pollMs } = await look(send, id, signal);
      patience.renew();
      if (isFinal(video)) return video;
      if (hasStream) hasStream = await follow(send, id, signal);
      if (!hasStream) await pause(pollMs, signal);
    } catch (error) {
      await patience.bear(error, POLL_MS);
    }
  }
}

export async function look(
  send: Send,
  id: string,
  signal?: AbortSignal,
): Promise<{ video: Video; pollMs: number }> {
  return send({ path: videoPath(id), signal }, async (answer) => {
    const told = Number(answer.headers.get('openai-poll-after-ms') ?? Number.NaN);
    const pollMs = Number.isFinite(told) && told > 0 ? told : retryAfterMs(answer.headers);
    return { video: await objectOf<Video>('video')(answer), pollMs: pollMs ?? POLL_MS };
  });
}

/** Reads events until one tells the end. Returns false where the gateway has no stream. */
async function follow(send: Send, id: string, signal?: AbortSignal): Promise<boolean> {
  try {
    // A stream that cannot be opened again is no reason to wait: the next look may tell the end.
    const events = eventsOf(send, id, { signal, patienceMs: 0 });
    for await (const { data } of events) if (isFinal(data)) return true;
    return true;
  } catch (error) {
    if (error instanceof ReelayError && NO_STREAM.includes(error.status ?? 0)) return false;
    throw error;
  }
}
