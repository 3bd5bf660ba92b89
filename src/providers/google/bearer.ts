import { createPrivateKey, createSign } from 'node:crypto';
import { z } from 'zod';

/**
 * A service account signs its own token (AIP-4111, a JWT in place of one that Google's token service would give), so that
 * a call is signed without another call before it. Google documents it for its APIs in general; that Vertex takes it for
 * videos nobody of us has seen.
 */

const keyFileSchema = z.object({
  client_email: z.string().min(3),
  private_key: z.string(),
  private_key_id: z.string().optional(),
});
export type KeyFile = z.infer<typeof keyFileSchema>;

/** Both Vertex and the storage of its results are opened with it. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Google takes no token that lives longer. */
const LIFETIME_SECONDS = 3_600;
/** A clock of ours that is ahead of Google's would date a token into the future. */
const SINCE_SECONDS = 30;

/** Reads the JSON text of a key file. Throws a sentence that shows nothing of it where it is none. */
export function readKeyFile(text: string): KeyFile {
  const parsed = keyFileSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new Error(
      'must be the JSON text of a service account\'s key file, with "client_email" and "private_key"',
    );
  }
  try {
    createPrivateKey(parsed.data.private_key);
  } catch {
    throw new Error('has a "private_key" that cannot be read as one: take the key file as it is');
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Signs a token of the account that is good for an hour from `nowMs`. */
export function signBearer(keyFileText: string, nowMs: number): string {
  const { client_email: email, private_key: key, private_key_id: kid } = readKeyFile(keyFileText);
  const iat = Math.floor(nowMs / 1_000) - SINCE_SECONDS;
  const head = encode({ alg: 'RS256', typ: 'JWT', ...(kid === undefined ? {} : { kid }) });
  const claims = encode({ iss: email, sub: email, scope: SCOPE, iat, exp: iat + LIFETIME_SECONDS });
  const signature = createSign('RSA-SHA256').update(`${head}.${claims}`).sign(key, 'base64url');
  return `${head}.${claims}.${signature}`;
}

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');
