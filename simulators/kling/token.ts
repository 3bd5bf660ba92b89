import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Headers } from '../../src/core/provider/exchange';
import { signatureOf } from '../../src/providers/kling/token';
import { accountOfKey } from '../kit/account';
import type { Refusal } from '../kit/refusal';
import { refusalOf } from './refusal';

/**
 * The simulated Kling takes any API key as an account of its own. Of a signed token it checks every part, and has a code
 * for each thing that can be wrong.
 */

/** Derives the secret of an access key; every access key is an account of its own. */
export const secretOf = (accessKey: string): string => `secret-of-${accessKey}`;

const headerSchema = z.object({ alg: z.literal('HS256') });
const claimsSchema = z.object({ iss: z.string().min(1), nbf: z.number(), exp: z.number() });

/** Accounts whose name says what they are answered, or how they pay, are called by it, also where it is a key. */
const ACTING = /^(refused|duplicate|cash)-/;

/** The account of a call, and whether a token speaks for it, as none does on the newer wire. */
type Caller = { account: string; isToken: boolean } | { refused: Refusal };

/** Tells the account of a call by its API key or its token, or the refusal of what is wrong with that. */
export function accountOf(headers: Headers, nowMs: number): Caller {
  const authorization = headers['authorization'] ?? '';
  if (authorization === '') return { refused: refusalOf(1001) };
  const [, sent] = /^Bearer (\S+)$/.exec(authorization) ?? [];
  if (sent === undefined) return { refused: refusalOf(1000) };
  if (sent.split('.').length === 3) return accountOfToken(sent, nowMs);
  return { account: ACTING.test(sent) ? sent : accountOfKey(sent), isToken: false };
}

/** Reads the access key out of a token. */
function accountOfToken(token: string, nowMs: number): Caller {
  const [, head = '', body = '', signature = ''] =
    /^([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(token) ?? [];
  const claims = claimsSchema.safeParse(decode(body));
  if (!claims.success) return { refused: refusalOf(1000) };
  const { iss, nbf, exp } = claims.data;
  const isSigned =
    headerSchema.safeParse(decode(head)).success &&
    isEqual(signature, signatureOf(`${head}.${body}`, secretOf(iss)));
  if (!isSigned) return { refused: refusalOf(1002) };
  const now = nowMs / 1_000;
  if (now < nbf) return { refused: refusalOf(1003) };
  return now < exp ? { account: iss, isToken: true } : { refused: refusalOf(1004) };
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function isEqual(given: string, expected: string): boolean {
  return (
    given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
  );
}
