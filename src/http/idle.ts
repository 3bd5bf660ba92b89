import type { Request } from 'express';
import { GatewayError } from '../core/errors';
import { listenTo } from './listen-to';

/**
 * Calls `onIdle` once nothing of the body has come for so long; a stalled body would hold its share for minutes. Bytes
 * that wait for us to read them are no idleness of the caller. Returns how to stop watching; call it when the request is
 * being read.
 */
export function watchIdle(
  request: Request,
  idleMs: number,
  onIdle: (error: GatewayError) => void,
): () => void {
  const timer = setTimeout(() => {
    if (request.isPaused() || request.readableLength > 0) timer.refresh();
    else onIdle(stalled(idleMs));
  }, idleMs);
  const forget = listenTo(request, { data: () => void timer.refresh() });
  return () => {
    clearTimeout(timer);
    forget();
  };
}

const stalled = (idleMs: number): GatewayError =>
  new GatewayError('invalid_request', {
    message: `The request body stopped: nothing came for ${String(idleMs / 1_000)} s.`,
  });
