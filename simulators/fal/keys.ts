import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { Headers } from '../../src/core/provider/exchange';
import { signedText } from '../../src/providers/fal/signature';
import type { World } from '../contract';

/** The key that this fal signs its callbacks with. It is always the same, so that a restart changes none that is known. */

/** What stands before the 32 bytes of an Ed25519 key in its PKCS #8 form (RFC 8410). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SEED = createHash('sha256').update('the key of the simulated fal').digest();

const privateKey = createPrivateKey({
  key: Buffer.concat([PKCS8, SEED]),
  format: 'der',
  type: 'pkcs8',
});

/** The set of keys as it is published. */
export const KEY_SET = { keys: [createPublicKey(privateKey).export({ format: 'jwk' })] };

/** Signs a callback, and gives the headers that it is posted with. */
export function signedHeaders(requestId: string, body: string, world: World): Headers {
  const userId = 'auth0|simulated';
  const timestamp = String(Math.floor(world.now / 1_000));
  const text = signedText({ requestId, userId, timestamp, body });
  return {
    'content-type': 'application/json',
    'x-fal-webhook-request-id': requestId,
    'x-fal-webhook-user-id': userId,
    'x-fal-webhook-timestamp': timestamp,
    'x-fal-webhook-signature': sign(null, text, privateKey).toString('hex'),
  };
}
