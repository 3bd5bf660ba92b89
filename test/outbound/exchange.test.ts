import type { Dispatcher } from 'undici';
import { exchange } from '../../src/outbound/exchange';
import type { Failure } from '../../src/outbound/failure';

/**
 * undici puts a request back in its queue when a connection ends for some of its own reasons. What must not happen
 * then is told here with a dispatcher that does it on purpose.
 */

type Handler = Dispatcher.DispatchHandler;

function controller(): Dispatcher.DispatchController & { reasons: Error[] } {
  const reasons: Error[] = [];
  return {
    reasons,
    aborted: false,
    paused: false,
    reason: null,
    abort: (reason) => void reasons.push(reason),
    pause: () => undefined,
    resume: () => undefined,
  };
}

function run(dispatch: (handler: Handler) => void, now = () => 0): Failure[] {
  const failures: Failure[] = [];
  const agent = { dispatch: (_options: unknown, handler: Handler) => (dispatch(handler), true) };
  exchange(
    agent as unknown as Dispatcher, // the one method that is used
    {
      url: new URL('http://a.example/'),
      method: 'POST',
      headers: {},
      deadlineAt: 1_000,
      idleMs: 0,
      trusted: true,
    },
    {
      head: () => undefined,
      chunk: () => true,
      end: () => undefined,
      fail: (failure) => void failures.push(failure),
    },
    now,
  );
  return failures;
}

it('is never written a second time', () => {
  const first = controller();
  const second = controller();
  const failures = run((handler) => {
    handler.onRequestStart?.(first, undefined);
    expect(first.reasons).toEqual([]);
    handler.onRequestStart?.(second, undefined);
  });
  expect(second.reasons).toHaveLength(1);
  expect(failures).toEqual([expect.objectContaining({ kind: 'no_reply', reason: 'reset' })]);
});

it('is not written after the deadline, and says so once', () => {
  const late = controller();
  let now = 0;
  const failures = run(
    (handler) => {
      now = 1_000;
      handler.onRequestStart?.(late, undefined);
      handler.onResponseError?.(late, new Error('aborted'));
    },
    () => now,
  );
  expect(late.reasons).toHaveLength(1);
  expect(failures).toEqual([expect.objectContaining({ kind: 'not_sent', reason: 'deadline' })]);
});
