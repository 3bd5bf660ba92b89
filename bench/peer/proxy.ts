import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { freePort } from '../../src/host/free-port';
import { waitFor } from '../../src/host/wait';
import { startProgram } from '../parts/program';
import type { Program } from '../parts/program';

/** The peer's proxy before an upstream, with no database: what it accepts is kept nowhere. */
export interface Proxy {
  origin: string;
  headers: Record<string, string>;
  program: Program;
}

export interface ProxyOptions {
  bin: string;
  data: string;
  env: Readonly<Record<string, string | undefined>>;
  upstream: string;
}

const KEY = 'sk-bench';
export const PEER_MODEL = 'sora-2';
const READY_MS = 60_000;

export async function startProxy({ bin, data, env, upstream }: ProxyOptions): Promise<Proxy> {
  const config = join(data, 'litellm.json');
  writeFileSync(config, JSON.stringify(configOf(upstream))); // JSON is YAML.
  const port = await freePort();
  const program = startProgram({
    name: 'litellm',
    data,
    command: join(bin, 'litellm'),
    args: [
      ...['--config', config, '--host', '127.0.0.1', '--port', String(port)],
      ...['--num_workers', '1', '--telemetry', 'False'],
    ],
    // Its price list comes with it; without this it would be fetched at each start.
    env: {
      ...env,
      LITELLM_LOCAL_MODEL_COST_MAP: 'True',
      LITELLM_LOG: 'ERROR',
      // A read names no model, so the proxy asks its default upstream.
      OPENAI_BASE_URL: `${upstream}/v1`,
      OPENAI_API_KEY: 'sk-upstream',
    },
  });
  const origin = `http://127.0.0.1:${String(port)}`;
  const isReady = await Promise.race([
    program.failed,
    waitFor(() => isAlive(origin), { timeoutMs: READY_MS, everyMs: 250 }),
  ]);
  if (!isReady) {
    await program.stop();
    throw new Error('the proxy was not ready in time');
  }
  return {
    origin,
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    program,
  };
}

function configOf(upstream: string): object {
  return {
    model_list: [
      {
        model_name: PEER_MODEL,
        litellm_params: {
          model: `openai/${PEER_MODEL}`,
          api_base: `${upstream}/v1`,
          api_key: 'sk-upstream',
        },
      },
    ],
    general_settings: { master_key: KEY },
  };
}

async function isAlive(origin: string): Promise<true | undefined> {
  try {
    const { statusCode, body } = await request(`${origin}/health/liveliness`);
    await body.dump();
    return statusCode === 200 || undefined;
  } catch {
    return undefined;
  }
}
