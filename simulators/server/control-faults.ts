import { z } from 'zod';
import type { SimulatedReply } from '../contract';
import { parseJson } from '../kit/parse';
import { DIRECTIVE_HELP, parseDirectives, UnknownDirective, type Directives } from './directives';
import { EXCHANGE_KINDS, exchangeOf, FAULTS, isExchangeFault, isFault } from './faults';
import type { GlobalFaults } from './global-faults';

/** The control endpoint tells the simulator what to do wrong to anybody's next requests and jobs. */

export type ControlAnswer = Pick<SimulatedReply, 'status' | 'body'>;

const faultSchema = z.strictObject({
  fault: z.string().refine(isFault),
  count: z.int().min(1).optional(),
  on: z.enum(EXCHANGE_KINDS).optional(),
});
const directivesSchema = z.strictObject({
  directives: z.string().min(1),
  count: z.int().min(1).optional(),
});

/** Answers `POST /_sim/faults`. */
export function setFault(body: Uint8Array, faults: GlobalFaults): ControlAnswer {
  const sent = parseJson(body);
  const fault = faultSchema.safeParse(sent);
  if (fault.success) return strikeNext(fault.data, faults);
  const steer = directivesSchema.safeParse(sent);
  if (steer.success) return steerNext(steer.data, faults);
  return {
    status: 400,
    body: {
      error:
        `send {"fault": ..., "count"?: 1.., "on"?: "${EXCHANGE_KINDS.join('" | "')}"} or ` +
        '{"directives": "word=frozen ...", "count"?: 1..}',
      faults: Object.keys(FAULTS),
      directives: DIRECTIVE_HELP,
    },
  };
}

/** Sets a fault: one of the exchange strikes the next requests, any other the next jobs. */
function strikeNext(asked: z.infer<typeof faultSchema>, faults: GlobalFaults): ControlAnswer {
  const { fault, count: times, on: wish } = asked;
  if (!isExchangeFault(fault)) {
    if (wish !== undefined && wish !== 'submit') {
      return { status: 400, body: { error: `${fault} does not strike a ${wish}` } };
    }
    faults.setForJobs({ fault }, times);
  } else {
    const exchange = exchangeOf(fault, wish);
    if (!exchange) {
      return { status: 400, body: { error: `${fault} strikes what shows jobs: poll, list` } };
    }
    faults.setExchange(fault, exchange, times);
  }
  return { status: 200, body: { faults: faults.list() } };
}

/** Lets the next jobs run as if their prompts had these directives; what a prompt says itself comes first. */
function steerNext(asked: z.infer<typeof directivesSchema>, faults: GlobalFaults): ControlAnswer {
  const read = tryDirectives(asked.directives);
  if (typeof read === 'string') return directiveProblem(read);
  const { fault } = read;
  if (isExchangeFault(fault) && exchangeOf(fault, read.on) === 'submit') {
    const error = `${fault} strikes before there is a job to steer: send {"fault": "${fault}"}`;
    return { status: 400, body: { error } };
  }
  faults.setForJobs(read, asked.count);
  return { status: 200, body: { faults: faults.list() } };
}

function tryDirectives(text: string): Directives | string {
  try {
    return parseDirectives(text);
  } catch (error) {
    if (error instanceof UnknownDirective) return error.message;
    throw error;
  }
}

/** Answers a mistyped directive with plain JSON that lists what exists. */
function directiveProblem(message: string): ControlAnswer {
  return {
    status: 400,
    body: {
      error: { code: 'SimulatorDirective', message },
      directives: DIRECTIVE_HELP,
      faults: Object.keys(FAULTS),
    },
  };
}
