import type { Principal } from '../core/api/principal';
import { GatewayError } from '../core/errors';
import type { Limits } from '../core/settings/limits';
import type { Credential, CredentialWatch } from './credential-watch';

type StreamLimits = Pick<
  Limits,
  'eventStreams' | 'eventStreamsPerWorkspace' | 'eventStreamsPerKey'
>;

/** Streams that this process holds open, by workspace and by key. */
export interface OpenStreams {
  /**
   * Counts one more, until it is closed or its reader leaves (`signal`). Throws `unavailable` where the process holds as
   * many as it may, `rate_limited` where the workspace or the key does.
   */
  open(principal: Pick<Principal, 'workspaceId'> & Credential, signal: AbortSignal): OpenStream;
}

/** One stream that was counted. */
export interface OpenStream {
  /** Aborts when the reader leaves, when the server stops and when the key, token or link ends. */
  signal: AbortSignal;
  /** Counts the stream out; repeatable. */
  close(): void;
}

/** Makes the count of this process; `credentials` says which streams may not go on. */
export function createOpenStreams(limits: StreamLimits, credentials: CredentialWatch): OpenStreams {
  const counts = new Map<string, number>();
  const add = (name: string, by: 1 | -1): void => {
    const count = (counts.get(name) ?? 0) + by;
    if (count === 0) counts.delete(name);
    else counts.set(name, count);
  };
  return {
    open(principal, signal) {
      const places = placesOf(principal, limits);
      const full = places.find(({ name, most }) => (counts.get(name) ?? 0) >= most);
      if (full) throw refusalOf(full);
      for (const { name } of places) add(name, 1);
      const ending = new AbortController();
      const end = (): void => {
        ending.abort();
      };
      const unwatch = credentials.watch(principal, end);
      let isOpen = true;
      const close = (): void => {
        if (!isOpen) return;
        isOpen = false;
        for (const { name } of places) add(name, -1);
        unwatch();
        signal.removeEventListener('abort', leave);
      };
      // What a reader would have been told is a generator, which one that leaves early never starts, and so never ends.
      const leave = (): void => {
        end();
        close();
      };
      signal.addEventListener('abort', leave);
      if (signal.aborted) leave();
      return { signal: ending.signal, close };
    },
  };
}

interface Place {
  name: string;
  most: number;
  code: 'unavailable' | 'rate_limited';
  who: string;
}

/** The counts that a stream is in. A link has no key; all links of a workspace share one place. */
function placesOf(
  { workspaceId, keyId }: Pick<Principal, 'workspaceId' | 'keyId'>,
  { eventStreams, eventStreamsPerWorkspace, eventStreamsPerKey }: StreamLimits,
): Place[] {
  const workspace = `workspace ${workspaceId}`;
  const key = `key ${workspaceId} ${keyId ?? ''}`;
  const who = keyId === null ? 'Links to the events of this workspace' : 'This key';
  return [
    { name: 'all', most: eventStreams, code: 'unavailable', who: 'This process' },
    {
      name: workspace,
      most: eventStreamsPerWorkspace,
      code: 'rate_limited',
      who: 'This workspace',
    },
    { name: key, most: eventStreamsPerKey, code: 'rate_limited', who },
  ];
}

const refusalOf = ({ code, who, most }: Place): GatewayError =>
  new GatewayError(code, {
    message: `${who} may have ${String(most)} streams of events open at one process, and has; let one end first.`,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });

const RETRY_AFTER_SECONDS = 5;

/** Passes on what a stream tells and counts it out when it has ended, whoever ends it. */
export async function* untilClosed<Told>(
  told: AsyncIterable<Told>,
  { close }: Pick<OpenStream, 'close'>,
): AsyncGenerator<Told> {
  try {
    yield* told;
  } finally {
    close();
  }
}
