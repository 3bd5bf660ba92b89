import type { Principal } from '../core/api/principal';
import { GatewayError } from '../core/errors';
import type { Limits } from '../core/settings/limits';

type StreamLimits = Pick<
  Limits,
  'eventStreams' | 'eventStreamsPerWorkspace' | 'eventStreamsPerKey'
>;

/** Streams that this process holds open, by workspace and by key. */
export interface OpenStreams {
  /**
   * Counts one more and returns what counts it out again. Throws `unavailable` where the process holds as many as it
   * may, `rate_limited` where the workspace or the key does.
   */
  open(principal: Pick<Principal, 'workspaceId' | 'keyId'>): () => void;
}

export function createOpenStreams(limits: StreamLimits): OpenStreams {
  const counts = new Map<string, number>();
  const add = (name: string, by: 1 | -1): void => {
    const count = (counts.get(name) ?? 0) + by;
    if (count === 0) counts.delete(name);
    else counts.set(name, count);
  };
  return {
    open({ workspaceId, keyId }) {
      // A link has no key; all links of a workspace share one place.
      const key = `key ${workspaceId} ${keyId ?? ''}`;
      const names = ['all', `workspace ${workspaceId}`, key];
      const isFull = (name: string, most: number): boolean => (counts.get(name) ?? 0) >= most;
      if (isFull('all', limits.eventStreams)) throw full('unavailable', 'This process');
      if (isFull(`workspace ${workspaceId}`, limits.eventStreamsPerWorkspace)) {
        throw full('rate_limited', 'This workspace');
      }
      if (isFull(key, limits.eventStreamsPerKey)) throw full('rate_limited', 'This key');
      for (const name of names) add(name, 1);
      let isOpen = true;
      return () => {
        if (isOpen) for (const name of names) add(name, -1);
        isOpen = false;
      };
    },
  };
}

/** Passes on what a stream tells and counts it out when it has ended, whoever ends it. */
export async function* untilClosed<Told>(
  told: AsyncIterable<Told>,
  close: () => void,
): AsyncGenerator<Told> {
  try {
    yield* told;
  } finally {
    close();
  }
}

const full = (code: 'unavailable' | 'rate_limited', who: string): GatewayError =>
  new GatewayError(code, {
    message: `${who} has as many streams of events open as it may; let one end first.`,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });

const RETRY_AFTER_SECONDS = 5;
