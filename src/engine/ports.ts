import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { freePorts } from '../host/free-port';

/** Our own server listens on these: one for workers, one for its web page. */
export interface EnginePorts {
  port: number;
  uiPort: number;
}

/**
 * Chooses ports: those that are given; else those of the last start, so that bookmarks and TEMPORAL_ADDRESS of other
 * programs hold over a restart; else free ones. A remembered port that somebody else has taken meanwhile is replaced.
 */
export async function choosePorts(
  folder: string,
  given: { port?: number | undefined; uiPort?: number | undefined },
): Promise<EnginePorts> {
  const last = read(folder);
  const [freeOne = 0, freeTwo = 0] = await freePorts(2);
  const port = given.port ?? (await ifFree(last?.port)) ?? freeOne;
  const uiPort = given.uiPort ?? (await ifFree(last?.uiPort)) ?? freeTwo;
  return { port, uiPort };
}

export function rememberPorts(folder: string, { port, uiPort }: EnginePorts): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, FILE), `${JSON.stringify({ port, uiPort })}\n`, { mode: 0o600 });
}

const FILE = 'ports.json';

/** Reads the remembered ports; undefined where nothing is remembered, and for a file that somebody has spoiled. */
function read(folder: string): Partial<EnginePorts> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, FILE), 'utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

async function ifFree(port: number | undefined): Promise<number | undefined> {
  if (!Number.isInteger(port) || port === undefined || port < 1 || port > 65_535) return undefined;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(port)));
  });
}
