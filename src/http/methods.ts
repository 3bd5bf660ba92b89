import type { Express } from 'express';
import { GatewayError } from '../core/errors';

/**
 * Makes the methods of a path that have no route there answer 405 with `Allow` (RFC 9110, 15.5.6). It is mounted behind the
 * routes of the path, which tell all that there are: `['GET', 'DELETE']`; who takes GET takes HEAD too.
 */
export function refuseOtherMethods(
  app: Express,
  path: string | string[],
  methods: Iterable<string>,
): void {
  const allow = [...methods].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  app.all(path, (_request, response) => {
    response.setHeader('Allow', allow.join(', '));
    throw new GatewayError('method_not_allowed');
  });
}
