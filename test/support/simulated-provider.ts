import type { Call, Reply } from '../../src/core/provider/exchange';
import type { Provider, SimulatedReply, World } from '../../src/core/provider/provider';
import { createGlobalFaults } from '../../src/simulator/global-faults';
import { jobAt, openJobs } from '../../src/simulator/jobs';
import { matchRoute } from '../../src/simulator/router';
import { createWorld } from '../../src/simulator/world';

/** One provider's simulated side without a socket: calls go straight into its handler, over a clock of our own. */
export interface SimulatedProvider {
  /** Signs the call as an operator's channel would and performs it. */
  send(call: Call): Reply;
  sendUnsigned(call: Call): Reply;
  advance(ms: number): void;
  /** Unix milliseconds by that clock. */
  now(): number;
  jobs(): number;
  /** Another simulator in its place, at the same time. */
  forgetAll(): void;
  overload(status: 429 | 500): Reply;
  /** What the provider would post about the newest job now. */
  callback(): { headers: Record<string, string>; body: string } | undefined;
}

export function createSimulatedProvider(provider: Provider): SimulatedProvider {
  let jobs = openJobs(undefined);
  let now = Date.parse('2026-11-21T12:00:00Z');
  const world = (): World =>
    createWorld({
      provider: provider.name,
      jobs,
      faults: createGlobalFaults(),
      exchange: {},
      now,
      mediaUrl: ({ id }, kind) => `http://127.0.0.1:9/_media/${id}/${kind}`,
      accepted: () => undefined,
    });
  const perform = (call: Call): Reply => {
    if (!('path' in call.target)) throw new Error('only paths can be simulated');
    const url = new URL(call.target.path, 'http://simulator');
    const found = matchRoute(provider.simulate.routes, call.method, url.pathname);
    if (typeof found === 'string') throw new Error(`${call.method} ${url.pathname}: ${found}`);
    return toReply(
      provider.simulate.handle(
        {
          method: call.method,
          route: found.route.path,
          params: found.params,
          query: url.searchParams,
          headers: call.headers,
          body: Buffer.from(call.body ?? ''),
        },
        world(),
      ),
    );
  };
  return {
    send: (call) => perform(provider.authorize(call, provider.simulate.credentials, now)),
    sendUnsigned: perform,
    advance: (ms) => {
      now += ms;
    },
    now: () => now,
    jobs: () => [...jobs.all()].length,
    forgetAll: () => {
      jobs = openJobs(undefined);
    },
    overload: (status) => toReply(provider.simulate.overload(status, world())),
    callback: () => {
      const newest = [...jobs.all()].at(-1);
      return newest && provider.simulate.callback?.(jobAt(newest, now), world());
    },
  };
}

function toReply(reply: SimulatedReply): Reply {
  const body = reply.body instanceof Uint8Array ? reply.body : JSON.stringify(reply.body);
  return { status: reply.status, headers: reply.headers ?? {}, body: Buffer.from(body) };
}
