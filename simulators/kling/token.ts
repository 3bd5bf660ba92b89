import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Headers } from '../../src/core/provider/exchange';
import { signatureOf } from '../../src/providers/kling/token';
import type { Refusal } from '../kit/refusal';
import { refusalOf } from './refusal';

/** The simulated Kling checks every part of the token, and has a code for each thing that can be wrong. */

/** Derives the secret of an access key; every access key is an account of its own. */
export const secretOf = (accessKey: string): string => `secret-of-${accessKey}`;

const headerSchema = z.object({ alg: z.literal('HS256') });
const claimsSchema = z.object({ iss: z.string().min(1), nbf: z.number(), exp: z.number() });

/** Reads the access key out of the token, or the refusal of what is wrong with it. */
export function accountOf(
  headers: Headers,
  nowMs: number,
): { account: string } | { refused: Refusal } {
  const authorization = headers['authorization'] ?? '';
  if (authorization === '') return { refused: refusalOf(1001) };
  const [, head = '', body = '', signature = ''] =
    /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization) ?? [];
  const claims = claimsSchema.safeParse(decode(body));
  if (!claims.success) return { refused: refusalOf(1000) };
  const { iss, nbf, exp } = claims.data;
  const isSigned =
    headerSchema.safeParse(decode(head)).success &&
    isEqual(signature, signatureOf(`${head}.${body}`, secretOf(iss)));
  if (!isSigned) return { refused: refusalOf(1002) };
  const now = nowMs / 1_000;
  if (now < nbf) return { refused: refusalOf(1003) };
  return now < exp ? { account: iss } : { refused: refusalOf(1004) };
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
