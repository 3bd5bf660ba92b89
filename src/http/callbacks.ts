import type { Express } from 'express';
import { GatewayError } from '../core/errors';
import type { Headers } from '../core/exchange';
import { readBytes } from './body';
import type { HttpLimits } from './limits';

/** A provider says that something happened. True = the token belongs to an attempt of that provider. */
export type Hint = (message: {
  provider: string;
  token: string;
  headers: Headers;
  body: Uint8Array;
}) => Promise<boolean>;

const TOKEN = /^[A-Za-z0-9_-]{16,128}$/;
const PROVIDER = /^[a-z0-9-]{1,40}$/;

/** `POST /callbacks/{provider}/{token}`: the raw bytes go on unread; an unknown token and a foreign one look alike. */
export function mountCallbacks(app: Express, hint: Hint, limits: HttpLimits): void {
  app.post('/callbacks/:provider/:token', async (request, response) => {
    const { provider, token } = request.params;
    const body = await readBytes(request, {
      bytesMax: limits.callbackBytesMax,
      keep: () => undefined,
    });
    const headers: Headers = {};
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === 'string') headers[name] = value;
    }
    const isKnown =
      PROVIDER.test(provider) &&
      TOKEN.test(token) &&
      (await hint({ provider, token, headers, body }));
    if (!isKnown) throw new GatewayError('not_found');
    response.json({});
  });
}
