import { defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';

type Interceptor = ReturnType<typeof makeGrpcRetryInterceptor>;
type RetryOptions = Parameters<typeof makeGrpcRetryInterceptor>[0];

/**
 * Makes the retries of calls to the engine: the SDK's own, but none that would begin past the call's deadline. The SDK
 * makes that one all the same, and says DEADLINE_EXCEEDED where the engine has answered RESOURCE_EXHAUSTED.
 */
export const retriesWithinDeadline = (): Interceptor => (options, nextCall) =>
  makeGrpcRetryInterceptor(endingAt(Number(options.deadline ?? Infinity)))(options, nextCall);

/** Serves one call: the pause that was judged is the one that is made. `deadline` is in Unix milliseconds. */
function endingAt(deadline: number): RetryOptions {
  const usual = defaultGrpcRetryOptions();
  let pauseMs = 0;
  return {
    retryableDecider(attempt, status) {
      pauseMs = usual.delayFunction(attempt, status);
      return usual.retryableDecider(attempt, status) && Date.now() + pauseMs < deadline;
    },
    delayFunction: () => pauseMs,
  };
}
