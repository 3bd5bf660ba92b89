import type { NextFunction, Request, Response } from 'express';
import { GatewayError } from '../core/errors';

/**
 * Refuses a request of HTTP/1.1 that names its host not at all or twice (RFC 9112, 3.2): two readers of it, such as a
 * proxy and this process, might take it for two different ones.
 */
export function requireHost(request: Request, _response: Response, next: NextFunction): void {
  const { length: hosts } = request.headersDistinct['host'] ?? [];
  if (hosts === 1 || (hosts === 0 && request.httpVersion === '1.0')) {
    next();
    return;
  }
  const message = 'Host: this header is required, once.';
  throw new GatewayError('invalid_request', { param: 'Host', message });
}
