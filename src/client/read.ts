import { unexpected, unsendable } from './error';

/**
 * Returns what reads an answer that is JSON of such an `object`. Throws for any other: the address is then not Reelay's,
 * or something between answers in its place.
 */
export const objectOf =
  <T>(object: 'video' | 'quote' | 'list') =>
  async (answer: Response): Promise<T> => {
    const text = await answer.text();
    const body = parsed(text);
    // Sound because it is the gateway's own schema that made an object of that name.
    if (body?.['object'] === object) return body as T;
    throw unexpected(answer, `The answer is no ${object} of Reelay's: is baseUrl its address?`);
  };

/** Reads an answer that is a stream of events; undefined where there are none any more (WHATWG HTML, 9.2.2). */
export async function eventStreamOf(
  answer: Response,
): Promise<ReadableStream<Uint8Array> | undefined> {
  if (answer.status === 204 || !answer.body) return undefined;
  if (/^text\/event-stream\b/i.test(answer.headers.get('content-type') ?? '')) return answer.body;
  await answer.body.cancel();
  throw unexpected(answer, "The answer is no stream of events of Reelay's.");
}

/** Returns the path of a video. Throws for an id with which it would be another path. */
export function videoPath(id: string): string {
  if (typeof id === 'string' && !/^\.{0,2}$/.test(id))
    return `/v1/videos/${encodeURIComponent(id)}`;
  throw unsendable('id', 'must be the id of a video');
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
