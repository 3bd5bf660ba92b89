import { request } from 'undici';
import type { LocalGateway } from '../../src/run/local';

/** What the simulated account has seen. */
export interface Upstream {
  /** All requests, whatever for. */
  requests: number;
  /** Looks at one job. */
  gets: number;
  rateLimited: number;
}

export async function readUpstream(gateway: LocalGateway): Promise<Upstream> {
  const reply = await request(`${originOf(gateway)}/_sim/counters`);
  // Sound: docs/simulator.md shows these.
  const { gets, providers } = (await reply.body.json()) as {
    gets: number;
    providers: { ark: Omit<Upstream, 'gets'> };
  };
  const { requests, rateLimited } = providers.ark;
  return { requests, gets, rateLimited };
}

/** Gives the account its limit, as strict as a vendor's. */
export async function limitUpstream(gateway: LocalGateway, perMinute: number): Promise<void> {
  const reply = await request(`${originOf(gateway)}/_sim/limits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ provider: 'ark', requestsPerMinute: perMinute }),
  });
  if (reply.statusCode !== 200)
    throw new Error(`the limit was refused: ${await reply.body.text()}`);
  await reply.body.dump();
}

function originOf({ simulator }: LocalGateway): string {
  if (!simulator) throw new Error('no simulator runs');
  return simulator.origin;
}
