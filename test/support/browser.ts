import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser } from 'playwright-core';
import { programPath } from './programs';

/** Starts Chromium without a window. Its pages may play videos that nobody has clicked at; under root it has no sandbox. */
export function startBrowser(): Promise<Browser> {
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({
    executablePath: programPath('chromium'),
    args: [...root, '--autoplay-policy=no-user-gesture-required'],
  });
}

/** A page at an origin of its own, `http://127.0.0.1:40123`. */
export interface ServedPage {
  origin: string;
  close(): Promise<void>;
}

/** Serves a page with that body, whatever path is asked for. */
export async function servePage(body = ''): Promise<ServedPage> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
    response.end(`<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
