import type { Request, Response } from 'express';
import type { Principal } from '../core/api/principal';
import type { CreateAnswer, CreateOptions } from '../core/job/creation';
import type { Gateway } from '../core/ports/gateway/gateway';
import type { Jobs } from '../core/ports/gateway/jobs';
import { fingerprintOf, plainPath } from './idempotency';

/**
 * Joins creates that are the same, for keys that ask for it: clients repeat a paid POST by themselves without an
 * `Idempotency-Key`, and others send the same one several times since they want as many videos, so it is never done
 * unasked. Such a create gets a key made of who asks and what, and a short life; the row that holds any key does the
 * rest, for all processes.
 */
export interface JoinedCreate {
  /** `joined <key id> <fingerprint>`: its spaces keep it apart from every key that a caller can send. */
  key: string;
  fingerprint: string;
}

/** Headers that change what a create makes or how long it is waited for, beside our own. */
const HEADERS = /^(?:prefer|reelay-.*|token360-native-params)$/;

/** Says whether a create without a key of its own joins an earlier one that is the same. */
export const joins = ({ joinsIdentical }: Principal, idempotencyKey: string | undefined): boolean =>
  joinsIdentical === true && idempotencyKey === undefined;

/** Makes the key of a create out of method, path, query, headers that matter, and body. */
export function joinedCreate(
  request: Request,
  { keyId }: Principal,
  body: Uint8Array | string,
): JoinedCreate {
  const headers = Object.entries(request.headers)
    .filter(([name]) => HEADERS.test(name))
    .sort(([one], [other]) => one.localeCompare(other));
  const asked = `${plainPath(request.originalUrl)} ${JSON.stringify(headers)}`;
  const fingerprint = fingerprintOf(request.method, asked, body);
  return { key: `joined ${keyId ?? ''} ${fingerprint}`, fingerprint };
}

/**
 * Wraps the gateway: a create keeps its answer for so long, unless its job comes to nothing before, and one that was joined
 * says so in `Reelay-Joined`.
 */
export function joining(gateway: Gateway, response: Response, keepMs: number): Gateway {
  const joined = <Options extends Pick<CreateOptions, 'idempotency'>>(
    options: Options,
  ): Options => {
    const { idempotency } = options;
    return idempotency
      ? { ...options, idempotency: { ...idempotency, keepMs, onlyLiving: true } }
      : options;
  };
  const tell = <Told extends CreateAnswer | undefined>(answer: Told): Told => {
    if (answer?.headers?.['idempotent-replayed'] === 'true') {
      response.setHeader('Reelay-Joined', 'true');
    }
    return answer;
  };
  const create: Jobs['create'] = async (principal, creation) =>
    tell(await gateway.create(principal, joined(creation)));
  const repeated: Jobs['repeated'] = async (principal, options) =>
    tell(await gateway.repeated(principal, joined(options)));
  return Object.create(gateway, {
    create: { value: create },
    repeated: { value: repeated },
  }) as Gateway; // all else is inherited
}
