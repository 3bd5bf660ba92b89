import type { Video } from '../dialects/videos/reply';
import { ReelayError } from './error';
import { eventsOf, isFinal } from './events';
import { pause } from './pause';
import { retryAfterMs, type Send } from './send';

export interface WaitOptions {
  signal?: AbortSignal | undefined;
  /** How long nothing but failures is borne before the wait fails too; absent = five minutes. */
  patienceMs?: number;
}

const PATIENCE_MS = 300_000;
const POLL_MS = 2_000;
/** Answers to a request for the stream that mean that this gateway has none. */
const NO_STREAM = [404, 405, 406, 501];

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
  let hasStream = true;
  let failingSince: number | undefined;
  for (;;) {
    try {
      const { video, pollMs } = await look(send, id, signal);
      failingSince = undefined;
      if (isFinal(video)) return video;
      if (hasStream) hasStream = await follow(send, id, signal);
      if (!hasStream) await pause(pollMs, signal);
    } catch (error) {
      if (!isPassing(error)) throw error;
      failingSince ??= Date.now();
      if (Date.now() - failingSince > patienceMs) throw error;
      await pause(POLL_MS, signal);
    }
  }
}

export async function look(
  send: Send,
  id: string,
  signal?: AbortSignal,
): Promise<{ video: Video; pollMs: number }> {
  const response = await send({ path: `/v1/videos/${encodeURIComponent(id)}`, signal });
  const told = Number(response.headers.get('openai-poll-after-ms') ?? Number.NaN);
  const video = (await response.json()) as Video; // the gateway's own schema made it
  const pollMs = Number.isFinite(told) && told > 0 ? told : (retryAfterMs(response) ?? POLL_MS);
  return { video, pollMs };
}

/** Reads events until one tells the end. Returns false where the gateway has no stream. */
async function follow(send: Send, id: string, signal?: AbortSignal): Promise<boolean> {
  try {
    for await (const { data } of eventsOf(send, id, { signal })) if (isFinal(data)) return true;
    return true;
  } catch (error) {
    if (error instanceof ReelayError && NO_STREAM.includes(error.status ?? 0)) return false;
    throw error;
  }
}

/** No answer, a full gateway, or one that is away: what the same request may outlive. */
const isPassing = (error: unknown): boolean =>
  error instanceof ReelayError &&
  (error.status === undefined || error.status === 429 || error.status >= 500);
