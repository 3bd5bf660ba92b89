import { SNIFF_BYTES } from './sniff';

/** Makes the stream of a file that is at hand. */
// eslint-disable-next-line @typescript-eslint/require-await -- a one-chunk stream is still a stream
export async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** Reads the first bytes of a stream, which is left then. */
export async function startOf(
  stream: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes >= bytesMax) break;
  }
  return Buffer.concat(chunks).subarray(0, bytesMax);
}

/** Reads the first bytes of a stream, enough to tell its type, and gives them with the whole of it again. */
export async function peeked(
  source: AsyncIterable<Uint8Array>,
): Promise<{ start: Uint8Array; stream: AsyncIterable<Uint8Array> }> {
  const chunks = source[Symbol.asyncIterator]();
  const seen: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < SNIFF_BYTES) {
    const next = await chunks.next();
    if (next.done) break;
    seen.push(next.value);
    bytes += next.value.byteLength;
  }
  return { start: Buffer.concat(seen), stream: again(seen, chunks) };
}

/** Makes the whole stream again. Leaving it leaves the source, also before the first read. */
function again(seen: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        const value = seen.shift();
        return value === undefined ? rest.next() : { done: false, value };
      },
      async return() {
        await rest.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}
