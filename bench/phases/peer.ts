import { request } from 'undici';
import type { CallsAnswer, CallsOrder } from '../children/callers';
import type { UpstreamAnswer } from '../children/upstream';
import { memoryMib } from '../machine/processes';
import { forkChild } from '../parts/forked';
import type { BenchChild } from '../parts/forked';
import { PEER } from '../peer/install';
import { entryOf, startProxy } from '../peer/proxy';
import type { Proxy } from '../peer/proxy';
import type { Plan } from '../plan';
import { allWell } from './context';
import { rateOf } from './reads';
import type { CallRate } from './reads';

/** A peer's proxy before an upstream that answers at once, called as ours is. It keeps nothing of what it accepts. */
export interface PeerFigures {
  name: string;
  version: string;
  connections: number;
  creates: CallRate;
  reads: CallRate;
  /** Its memory at rest, before the first call. */
  memory_mib: number | null;
}

export interface PeerOptions {
  bin: string;
  data: string;
  env: Readonly<Record<string, string | undefined>>;
  callers: BenchChild<CallsOrder, CallsAnswer>;
  restMs: number;
}

const PEER_MODEL = 'sora-2';
/** Its create asks for what ours asks for. */
const BODY = JSON.stringify({
  model: PEER_MODEL,
  prompt: 'create {n}',
  seconds: '4',
  size: '1280x720',
});
const WARM_UP_MS = 1_000;

/** Creates one video and returns its id as the proxy gives it, which holds more than the upstream's own. */
async function createdAt({ origin, headers }: Proxy): Promise<string> {
  const { body } = await request(`${origin}/v1/videos`, { method: 'POST', headers, body: BODY });
  const answer = (await body.json()) as { id?: unknown };
  if (typeof answer.id !== 'string') throw new Error('the peer created no video');
  return answer.id;
}

export async function measurePeer(
  { bin, data, env, callers, restMs }: PeerOptions,
  { atOnce, forMs }: NonNullable<Plan['peer']>,
): Promise<PeerFigures> {
  const upstream = forkChild<object, UpstreamAnswer>('upstream');
  try {
    const { origin } = await upstream.ask({});
    const url = `${origin}/v1`;
    const models = [entryOf({ name: PEER_MODEL, model: PEER_MODEL, url, key: 'sk-upstream' })];
    const proxy = await startProxy({ bin, data, env, models });
    try {
      await new Promise((resolve) => setTimeout(resolve, restMs));
      const { proxy: memory = null } = memoryMib({ proxy: proxy.program });
      const calls = (method: 'GET' | 'POST', path: string, ms: number): Promise<CallsAnswer> =>
        callers.ask({
          origin: proxy.origin,
          headers: proxy.headers,
          method,
          paths: [path],
          ...(method === 'POST' ? { body: BODY } : {}),
          pace: { kind: 'closed', atOnce, forMs: ms },
        });
      const creates = async (ms: number): Promise<CallsAnswer> =>
        allWell(await calls('POST', '/v1/videos', ms), 'creates of the peer');
      await creates(WARM_UP_MS);
      const created = await creates(forMs);
      const path = `/v1/videos/${await createdAt(proxy)}`;
      const read = allWell(await calls('GET', path, forMs), 'reads of the peer');
      return {
        name: PEER.name,
        version: PEER.version,
        connections: atOnce,
        creates: rateOf([created]),
        reads: rateOf([read]),
        memory_mib: memory,
      };
    } finally {
      await proxy.program.stop();
    }
  } finally {
    upstream.stop();
  }
}
