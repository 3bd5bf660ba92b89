import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/**
 * A simulator that starts again on its folder takes its old port where it can, so that links and channels a gateway
 * has stored still lead to it.
 */

const FILE = 'port';
const HOST = '127.0.0.1';

export function recallPort(folder: string | undefined): number {
  if (folder === undefined) return 0;
  try {
    const port = Number(readFileSync(join(folder, FILE), 'utf8'));
    return Number.isInteger(port) && port > 0 && port < 65_536 ? port : 0;
  } catch {
    return 0;
  }
}

export function rememberPort(folder: string | undefined, port: number): void {
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, FILE), String(port));
}

/** Listens on `port` and gives it; where that is taken and was only a wish, on any free one. Throws otherwise. */
export async function listen(server: Server, port: number, isWish: boolean): Promise<number> {
  try {
    await listenOn(server, port);
  } catch (error) {
    if (!isWish || !isTaken(error)) throw error;
    await listenOn(server, 0);
  }
  // Sound because a server that listens on TCP has such an address.
  return (server.address() as AddressInfo).port;
}

function isTaken(error: unknown): boolean {
  return (
    typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE'
  );
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
