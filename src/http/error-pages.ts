import type { Express } from 'express';
import { ERRORS, GatewayError } from '../core/errors';
import { refuseOtherMethods } from './methods';

/**
 * Mounts `GET /errors` and `GET /errors/{code}`, to which the `type` of a problem leads (RFC 9457, 3.1.1): what the
 * code means, its status, and whether the same request may succeed later. It tells nothing of this installation, so no
 * key is asked for.
 */
export function mountErrorPages(app: Express): void {
  app.get('/errors', (_request, response) => {
    Object.assign(response.locals, { api: 'errors' });
    response.json({ object: 'list', data: Object.keys(ERRORS).map(pageOf) });
  });
  app.get('/errors/:code', (request, response) => {
    Object.assign(response.locals, { api: 'errors' });
    const { code } = request.params;
    if (!Object.hasOwn(ERRORS, code)) {
      throw new GatewayError('not_found', { message: 'There is no such error.' });
    }
    response.json(pageOf(code));
  });
  refuseOtherMethods(app, ['/errors', '/errors/:code'], ['GET']);
}

function pageOf(code: string) {
  const { status, retryable, text } = ERRORS[code as keyof typeof ERRORS]; // a key of the table
  return { object: 'error_page', code, status, retryable, text };
}
