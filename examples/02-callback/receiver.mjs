/**
 * A receiver of callbacks: checks the signature over the raw bytes, answers at once, does each message once.
 *
 *   npm start -- --allow-callbacks-to 127.0.0.1     # in another terminal; --json prints callback_secret
 *   REELAY_CALLBACK_SECRET=whsec_... node examples/02-callback/receiver.mjs
 *
 * Then post a video with `"callback_url": "http://127.0.0.1:8090/reelay"`. Reelay's `verify` is used here; any library
 * of Standard Webhooks (`standardwebhooks` on npm and PyPI) does the same.
 */
import express from 'express';
import { verify } from '../../dist/src/callbacks/verify.js';

const secrets = process.env.REELAY_CALLBACK_SECRET;
if (!secrets) throw new Error('set REELAY_CALLBACK_SECRET');

/** Where your program would ask its database: a message may come twice, under the same id. */
const seen = new Set();

const app = express();
// The signature is over the bytes as they came, so they must not be parsed and written again before.
app.post('/reelay', express.raw({ type: () => true, limit: '1mb' }), (request, response) => {
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const checked = verify({ headers: request.headers, body: request.body, secrets, nowSeconds });
  if (!checked.ok) {
    console.log(`refused: ${checked.reason}`);
    response.sendStatus(401);
    return;
  }
  // First the answer: Reelay waits 15 seconds, and whatever takes longer is sent again.
  response.sendStatus(204);
  if (seen.has(checked.id)) return;
  seen.add(checked.id);
  const { type, data } = JSON.parse(request.body);
  console.log(`${type}: ${data.id} ${data.status}`);
});

const server = app.listen(Number(process.env.PORT ?? 8090), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/reelay`);
});
