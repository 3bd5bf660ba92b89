import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPeer, PEER } from '../../bench/peer/install';
import { startProxy, type Proxy, type ProxyEntry } from '../../bench/peer/proxy';
import { readConfig } from '../../src/config';
import { freePort } from '../../src/host/free-port';

/** LiteLLM's own proxy, a real process, which dies by SIGKILL and comes back where it was. */
export interface Litellm {
  /** Ends with `/v1`. */
  url: string;
  start(): Promise<void>;
  /** Kills it with SIGKILL and resolves when it is gone. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** A first install of it takes up to four minutes, and its start up to three. */
export const INSTALL_MS = 480_000;

/**
 * Installs the version that the bench has as its peer into the cache folder, outside of any clone and once for a machine,
 * and starts it, with `settings` in its environment beside what every program needs. Throws, with the reason, where it
 * cannot be installed: nothing is skipped.
 */
export async function startLitellm(
  models: readonly ProxyEntry[],
  settings: Readonly<Record<string, string>> = {},
): Promise<Litellm> {
  // What the installer may need (an index, a proxy) is nothing for a server that speaks to this machine alone.
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...settings };
  const installed = installPeer(readConfig().cacheFolder, process.env, (line) => {
    process.stderr.write(`${line}\n`);
  });
  if ('skipped' in installed) {
    throw new Error(`${installed.skipped}; it comes from PyPI (${PEER.package}) and needs python3`);
  }
  const data = mkdtempSync(join(tmpdir(), 'reelay-litellm-'));
  const port = await freePort();
  let proxy: Proxy | undefined;
  const start = async (): Promise<void> => {
    proxy = await startProxy({ ...installed, data, env, models, port });
  };
  const kill = async (): Promise<void> => proxy?.program.stop();
  await start();
  return {
    url: `http://127.0.0.1:${String(port)}/v1`,
    start,
    kill,
    async close() {
      await kill();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
