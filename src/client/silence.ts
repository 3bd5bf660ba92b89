import { ReelayError } from './error';

/** Three of the heartbeats that the gateway sends (15 s each): a stream that is silent for longer is a dead connection. */
const SILENCE_MAX_MS = 45_000;

/** Watches one connection for silence. */
export interface Silence {
  /** Aborts with the caller's signal, and when nothing has come for too long. */
  signal: AbortSignal;
  /** Reads one part; undefined where the connection is lost. */
  listen<Part>(read: () => Promise<Part>): Promise<Part | undefined>;
}

/** Makes the watch of a connection that is about to be opened; `signal` is the caller's. */
export function createSilence(signal: AbortSignal | undefined): Silence {
  const silent = new AbortController();
  return {
    signal: signal ? AbortSignal.any([signal, silent.signal]) : silent.signal,
    async listen(read) {
      const timer = setTimeout(() => {
        silent.abort(new ReelayError('The stream was silent.', { code: 'no_answer' }));
      }, SILENCE_MAX_MS);
      try {
        return await read();
      } catch {
        return undefined;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
