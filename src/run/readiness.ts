import { within } from '../core/within';
import type { Readiness } from '../http/health';

export interface Dependency {
  /** Rejects when it is away; may hang. */
  ask(): Promise<unknown>;
  /** Whether this process can serve nothing without it. */
  isNeeded: boolean;
}

export interface ReadinessOptions {
  dependencies: Readonly<Record<string, Dependency>>;
  /** A dependency that has not answered by then counts as unreachable, in milliseconds. */
  answerMs: number;
  /** Aborts when the process was asked to stop: from then on it is not ready, and nothing is asked. */
  stopping: AbortSignal;
}

/**
 * Makes what `/readyz` says, within `answerMs` whatever hangs. A question that hangs is not asked a second time beside
 * the first, so that probes never use up a pool.
 */
export function createReadiness(options: ReadinessOptions): () => Promise<Readiness> {
  const { stopping, answerMs } = options;
  const dependencies = Object.entries(options.dependencies).map(([name, { ask, isNeeded }]) => ({
    name,
    isNeeded,
    state: createState(ask, answerMs),
  }));
  return async () => {
    if (stopping.aborted) return { ready: false, checks: { process: 'stopping' } };
    const states = await Promise.all(
      dependencies.map(async ({ name, isNeeded, state }) => ({
        name,
        isNeeded,
        said: await state(),
      })),
    );
    return {
      ready: states.every(({ isNeeded, said }) => said === 'ok' || !isNeeded),
      checks: Object.fromEntries(states.map(({ name, said }) => [name, said])),
    };
  };
}

type State = 'ok' | 'unreachable';

function createState(ask: () => Promise<unknown>, answerMs: number): () => Promise<State> {
  let asked: Promise<State> | undefined;
  const state = (): Promise<State> => {
    asked ??= ask()
      .then(
        (): State => 'ok',
        (): State => 'unreachable',
      )
      .finally(() => (asked = undefined));
    return asked;
  };
  return () => within(state(), answerMs, 'unreachable');
}
