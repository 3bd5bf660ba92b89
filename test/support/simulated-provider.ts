import type { Call, Reply } from '../../src/core/provider/exchange';
import type { Operation } from '../../src/core/job/outcome';
import type { PollReading, Provider } from '../../src/core/provider/provider';
import type {
  LimitName,
  LinkLife,
  SimulatedReply,
  Simulation,
  World,
} from '../../simulators/contract';
import { answer } from '../../simulators/server/answer';
import { disturbed, undone } from '../../simulators/server/disturbed';
import type { Exchange, ExchangeFault, ExchangeKind } from '../../simulators/server/faults';
import { createGlobalFaults } from '../../simulators/server/global-faults';
import { jobAt, openJobs } from '../../simulators/server/jobs';
import { matchRoute } from '../../simulators/server/router';
import { createLimits } from '../../simulators/server/limits';
import { createWorld } from '../../simulators/server/world';

/** One provider's simulated side without a socket: calls go straight into its handler, over a clock of our own. */
export interface SimulatedProvider {
  /** Signs the call as an operator's channel would and performs it. */
  send(call: Call): Reply;
  sendUnsigned(call: Call): Reply;
  /** Looks at a job once, with the further calls that the look asks for. */
  look(operation: Operation): PollReading;
  advance(ms: number): void;
  /** Unix milliseconds by that clock. */
  now(): number;
  jobs(): number;
  /** Another simulator in its place, at the same time. */
  forgetAll(): void;
  /** Lets the next call of that kind meet a fault, after those that were set before. */
  meet(fault: ExchangeFault, on: ExchangeKind): void;
  /** How many of those are still to be met. */
  unmet(): number;
  /** Takes them back. */
  meetNothing(): void;
  overload(status: 429 | 500): Reply;
  overLimit(limit: LimitName): Reply;
  /** What the vendor would take for the newest job, where its replies do not tell. */
  bill(): { amount: string; currency: string } | undefined;
  /** How long the links of the newest job live, by its vendor. */
  linkLife(): LinkLife | undefined;
  /** What the provider would post about the newest job now. */
  callback(): { headers: Record<string, string>; body: string } | undefined;
}

/** How many further calls one look may make, as `src/attempts/ask.ts` has it. */
const FOLLOWS_MAX = 3;

export function createSimulatedProvider(
  provider: Provider,
  simulation: Simulation,
): SimulatedProvider {
  let now = Date.parse('2026-11-21T12:00:00Z');
  let jobs = openJobs(undefined, now);
  const faults = createGlobalFaults();
  const world = (exchange: Exchange = {}): World =>
    createWorld({
      provider: provider.name,
      jobs,
      faults,
      limits: createLimits(),
      exchange,
      now,
      mediaUrl: ({ id }, kind) => `http://127.0.0.1:9/_media/${id}/${kind}`,
      accepted: () => undefined,
    });
  const perform = (call: Call): Reply => {
    if (!('path' in call.target)) throw new Error('only paths can be simulated');
    const url = new URL(call.target.path, 'http://simulator');
    const found = matchRoute(simulation.routes, call.method, url.pathname);
    if (typeof found === 'string') throw new Error(`${call.method} ${url.pathname}: ${found}`);
    const exchange: Exchange = {};
    const told = world(exchange);
    const routed = {
      method: call.method,
      route: found.route.path,
      params: found.params,
      query: url.searchParams,
      headers: call.headers,
      body: Buffer.from(call.body ?? ''),
    };
    const reply = answer(simulation, routed, told);
    const disturbance = {
      overload: (status: 429 | 500) => simulation.overload(status, told, routed),
      path: call.target.path,
    };
    return toReply(
      typeof reply === 'string'
        ? undone(reply, disturbance)
        : disturbed(reply, exchange.act, disturbance),
    );
  };
  const send = (call: Call): Reply =>
    perform(provider.authorize(call, simulation.credentials, now));
  return {
    send,
    sendUnsigned: perform,
    look: (operation) => {
      let asked = provider.poll(operation);
      for (let follows = 0; follows <= FOLLOWS_MAX; follows += 1) {
        const reading = provider.readPoll(send(asked), operation, asked);
        if (reading.kind !== 'follow') return reading;
        asked = reading.call;
      }
      throw new Error('a look leads round in circles');
    },
    advance: (ms) => {
      now += ms;
    },
    now: () => now,
    jobs: () => [...jobs.all()].length,
    forgetAll: () => {
      jobs = openJobs(undefined, now);
    },
    meet: (fault, on) => {
      faults.setExchange(fault, on, 1);
    },
    unmet: () => faults.list().length,
    meetNothing: () => {
      faults.clear();
    },
    overload: (status) => toReply(simulation.overload(status, world())),
    overLimit: (limit) => toReply(simulation.overLimit(limit, world())),
    bill: () => {
      const newest = [...jobs.all()].at(-1);
      return newest && simulation.billOf?.(jobAt(newest, now));
    },
    linkLife: () => {
      const newest = [...jobs.all()].at(-1);
      return newest && simulation.linkLife?.(jobAt(newest, now));
    },
    callback: () => {
      const newest = [...jobs.all()].at(-1);
      return newest && simulation.callback?.(jobAt(newest, now), world());
    },
  };
}

function toReply(reply: SimulatedReply): Reply {
  const body = reply.body instanceof Uint8Array ? reply.body : JSON.stringify(reply.body);
  return { status: reply.status, headers: reply.headers ?? {}, body: Buffer.from(body) };
}
