import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { freePort } from '../../src/host/free-port';
import { waitFor } from '../../src/host/wait';
import { startProgram, type Program } from '../parts/program';

/** The peer's proxy before an upstream, with no database: what it accepts is kept nowhere. */
export interface Proxy {
  origin: string;
  headers: Record<string, string>;
  program: Program;
}

export interface ProxyOptions {
  bin: string;
  /** The folder of its config and its log. */
  data: string;
  env: Readonly<Record<string, string | undefined>>;
  /** LiteLLM's `model_list`. */
  models: readonly ProxyEntry[];
  /** A free one, unless it is said. */
  port?: number;
}

/** A model that the proxy offers, and the server that has it, whose address ends where `/videos` begins. */
export interface ProxyModel {
  name: string;
  /** The server's own name for it. */
  model: string;
  url: string;
  key: string;
}

/** An entry of LiteLLM's own `model_list`, word for word as its config has it. */
export interface ProxyEntry {
  model_name: string;
  litellm_params: Readonly<Record<string, unknown>>;
  model_info?: Readonly<Record<string, unknown>>;
}

/** Makes the entry of a model at a server that speaks OpenAI's wire, with nothing in it that need not be there. */
export const entryOf = ({ name, model, url, key }: ProxyModel): ProxyEntry => ({
  model_name: name,
  litellm_params: { model: `openai/${model}`, api_base: url, api_key: key },
});

/** The key of its callers. */
export const PROXY_KEY = 'sk-bench';
/** It uses up to 40 seconds of one core before it listens, which a busy machine may not have for it at once. */
const READY_MS = 180_000;

/**
 * Starts the proxy as it is shipped, so that it repeats what fails (`num_retries` is 2 there). It ends with this process.
 * Throws where it ends before it answers, or is not ready within three minutes.
 */
export async function startProxy({ bin, data, env, ...options }: ProxyOptions): Promise<Proxy> {
  const config = join(data, 'litellm.json');
  writeFileSync(config, JSON.stringify(configOf(options.models))); // JSON is YAML.
  const port = options.port ?? (await freePort());
  const program = startProgram({
    name: 'litellm',
    data,
    command: join(bin, 'python'),
    args: [
      ...['-c', UNTIL_WE_END],
      ...['--config', config, '--host', '127.0.0.1', '--port', String(port)],
      ...['--num_workers', '1', '--telemetry', 'False'],
    ],
    // Its price list comes with it; without this it would be fetched at each start.
    env: { ...env, LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_LOG: 'ERROR' },
    holdsInput: true,
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
    headers: { authorization: `Bearer ${PROXY_KEY}`, 'content-type': 'application/json' },
    program,
  };
}

/** Python that runs the proxy's own command until the pipe at its stdin is closed, as it is when we end, however we do. */
const UNTIL_WE_END = [
  'import os, sys, threading',
  'watch = lambda: (sys.stdin.buffer.read(), os._exit(1))',
  'threading.Thread(target=watch, daemon=True).start()',
  'from litellm.proxy.proxy_cli import run_server',
  'run_server()',
].join('\n');

const configOf = (models: readonly ProxyEntry[]): object => ({
  model_list: models,
  general_settings: { master_key: PROXY_KEY },
});

async function isAlive(origin: string): Promise<true | undefined> {
  try {
    const { statusCode, body } = await request(`${origin}/health/liveliness`);
    await body.dump();
    return statusCode === 200 || undefined;
  } catch {
    return undefined;
  }
}
