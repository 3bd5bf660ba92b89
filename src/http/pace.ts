import type { Request } from 'express';
import { GatewayError } from '../core/errors';
import type { HttpLimits } from './limits';
import { listenTo } from './listen-to';

/** What a body must keep to: it never stops for `bodyIdleMs`, and no such stretch brings less than the least pace. */
export type Pace = Pick<HttpLimits, 'bodyIdleMs' | 'bodyBytesPerSecond'>;

/**
 * Calls `onSlow` with a `request_timeout` once nothing of the body has come for `bodyIdleMs`, or too little in a stretch
 * of it: either would hold its share for minutes. Bytes that wait for us to read them are no slowness of the caller.
 * Returns how to stop watching; call it when the request is being read.
 */
export function watchPace(
  request: Request,
  { bodyIdleMs, bodyBytesPerSecond }: Pace,
  onSlow: (error: GatewayError) => void,
): () => void {
  const leastBytes = (bodyBytesPerSecond * bodyIdleMs) / 1_000;
  const isOurs = (): boolean => request.isPaused() || request.readableLength > 0;
  let stretchBytes = 0;
  const idle = setTimeout(() => {
    if (isOurs()) idle.refresh();
    else onSlow(stopped(bodyIdleMs));
  }, bodyIdleMs);
  const stretch = setTimeout(() => {
    if (stretchBytes < leastBytes && !isOurs()) {
      onSlow(tooSlow(bodyBytesPerSecond));
      return;
    }
    stretchBytes = 0;
    stretch.refresh();
  }, bodyIdleMs);
  const forget = listenTo(request, {
    data: ({ length }: Buffer) => {
      stretchBytes += length;
      idle.refresh();
    },
  });
  return () => {
    clearTimeout(idle);
    clearTimeout(stretch);
    forget();
  };
}

const stopped = (idleMs: number): GatewayError =>
  new GatewayError('request_timeout', {
    message: `The request body stopped: nothing came for ${String(idleMs / 1_000)} s.`,
  });

const tooSlow = (bytesPerSecond: number): GatewayError =>
  new GatewayError('request_timeout', {
    message: `The request body is too slow: less than ${String(bytesPerSecond)} bytes a second came.`,
  });
