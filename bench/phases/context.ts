import { given } from '../../src/core/json/fields';
import type { CallsAnswer, CallsOrder } from '../children/callers';
import type { BareAnswer, BareQuestion } from '../children/bare';
import type { ReceiverAnswer, ReceiverQuestion } from '../children/receiver';
import type { Pace } from '../math/pace';
import type { BenchGateway } from '../parts/gateway';
import type { BenchChild } from '../parts/forked';
import type { Servers } from '../parts/servers';

/** What every phase of a run works with. */
export interface Context {
  servers: Servers;
  gateway: BenchGateway;
  callers: BenchChild<CallsOrder, CallsAnswer>;
  receiver: BenchChild<ReceiverQuestion, ReceiverAnswer>;
  bare: BenchChild<BareQuestion, BareAnswer>;
}

/** The jobs that one phase makes. */
export interface Workload {
  pace: Pace;
  /** How long each takes at its provider. */
  seconds: number;
  callbackUrl?: string;
  /** Makes the callers wait for the end of each, asking the database that often. */
  untilEnded?: { everyMs: number };
  /** Written into every prompt, so that the simulator's jobs of one phase can be told apart. */
  tag: string;
}

/** One of the models that a fresh checkout offers. */
const MODEL = 'seedance-2.0';

/** Creates of one job each on `POST /v1/videos`. All jobs serve one clip, so that no encoder runs for them. */
export function createsOf(gateway: BenchGateway, wanted: Workload): CallsOrder {
  const { pace, seconds, callbackUrl, untilEnded, tag } = wanted;
  const request = {
    model: MODEL,
    prompt: `${tag} {n} [[sim seconds=${String(seconds)} video=shared]]`,
    seconds: '5',
    size: '1280x720',
    ...given({ callback_url: callbackUrl }),
  };
  return {
    origin: gateway.api,
    method: 'POST',
    paths: ['/v1/videos'],
    headers: gateway.headers,
    body: JSON.stringify(request),
    pace,
    ...(untilEnded && {
      untilEnded: { databaseUrl: gateway.databaseUrl, everyMs: untilEnded.everyMs },
    }),
  };
}

/** The answer, if every call of it went well; a figure over failed calls would be no figure. */
export function allWell(answer: CallsAnswer, what: string): CallsAnswer {
  if (answer.failed === 0) return answer;
  throw new Error(`${what}: ${String(answer.failed)} calls failed: ${answer.failure ?? ''}`);
}
