import { Agent } from 'undici';
import type { Dispatcher } from 'undici';
import { createConnector } from './connector';
import type { Lookup } from './connector';

/**
 * Connections in separate sets, because a connection carries the checks it was opened with: one that was opened to an
 * operator's origin is never lent to a stranger's URL, a write never meets an idle connection, and slow downloads do
 * not take the places of polls.
 */

export interface AgentLimits {
  /** Name, TCP and TLS together, milliseconds. */
  connectTimeoutMs: number;
  /** Connections at the same time, per origin and set; more calls wait their turn, within their deadline. */
  connectionsPerOrigin: number;
  /** Origins at the same time, per set; one more is `not_sent`. */
  originsMax: number;
}

export type Use = 'read' | 'write' | 'download';

export interface Agents {
  pick(use: Use, trusted: boolean): Dispatcher;
  /** Ends what is in flight; nothing is left open. */
  close(): Promise<void>;
}

export function createAgents(limits: AgentLimits, lookup: Lookup): Agents {
  const set = (trusted: boolean): Record<Use, Agent> => {
    const connect = createConnector({
      publicOnly: !trusted,
      timeoutMs: limits.connectTimeoutMs,
      lookup,
    });
    const agent = (): Agent =>
      new Agent({
        connect,
        connections: limits.connectionsPerOrigin,
        maxOrigins: limits.originsMax,
        pipelining: 1,
      });
    return { read: agent(), write: agent(), download: agent() };
  };
  const guarded = set(false);
  const vouchedFor = set(true);
  return {
    pick: (use, trusted) => (trusted ? vouchedFor : guarded)[use],
    async close() {
      const all = [...Object.values(guarded), ...Object.values(vouchedFor)];
      await Promise.all(all.map((agent) => agent.destroy()));
    },
  };
}
