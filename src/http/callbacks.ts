import type { Hint } from '../core/ports/hint';
import type { Express } from 'express';
import { GatewayError } from '../core/errors';
import type { Headers } from '../core/provider/exchange';
import type { AuthBudget } from './auth-budget';
import { readBytes } from './body';
import type { HttpLimits } from './limits';
import type { MemoryBudget } from './memory-budget';
import { refuseOtherMethods } from './methods';

const PATH = '/callbacks/:provider/:token';
const TOKEN = /^[A-Za-z0-9_-]{16,128}$/;
const PROVIDER = /^[a-z0-9-]{1,40}$/;
/** Providers have no key; their callbacks share memory among themselves. */
const OWNER = { workspaceId: 'callbacks', keyId: null };

export interface CallbackPorts {
  limits: HttpLimits;
  budget: MemoryBudget;
  authBudget: AuthBudget;
  now: () => number;
}

/**
 * Mounts `POST /callbacks/{provider}/{token}`: the raw bytes go on unread; an unknown token and a foreign one look
 * alike, and count for their address as wrong keys do.
 */
export function mountCallbacks(app: Express, hint: Hint, ports: CallbackPorts): void {
  const { limits, budget, authBudget, now } = ports;
  app.post(PATH, async (request, response) => {
    const { provider, token } = request.params;
    Object.assign(response.locals, { api: 'callbacks', route: PATH });
    const headers: Headers = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === 'string') headers[name] = value;
    }
    const giveBack = authBudget.take(request.ip ?? '', now());
    const body = (): Promise<Uint8Array> => {
      giveBack();
      return readBytes(request, {
        bytesMax: limits.callbackBytesMax,
        pace: limits,
        keep: (bytes) => {
          budget.take(response, OWNER, bytes);
        },
      });
    };
    const heard =
      PROVIDER.test(provider) &&
      TOKEN.test(token) &&
      (await hint({ provider, token, headers, body }));
    if (!heard) throw new GatewayError('not_found');
    response.json(heard.answer);
  });
  refuseOtherMethods(app, PATH, ['POST']);
}
