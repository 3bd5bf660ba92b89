import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import pino from 'pino';
import { createLocalBlobs } from '../../src/blobs/local';
import type { Scope } from '../../src/core/api/principal';
import type { KeyPrincipal } from '../../src/core/ports/store/keys';
import { apis } from '../../src/dialects';
import { createApp, type AppOptions } from '../../src/http/app';
import { hashKey } from '../../src/http/auth';
import { createEventLinks } from '../../src/http/event-links';
import { createInputLinks } from '../../src/http/input-links';
import { createLinks, type Links } from '../../src/http/links';
import { createTokens } from '../../src/http/tokens';
import { listen } from '../../src/http/listen';
import { openedPart } from '../support/opened';
import { createMemoryGateway, type MemoryGateway } from './memory-gateway';

export const KEY = 'rl_live_0123456789abcdef0123456789abcdef0123456789a';
export const READ_KEY = 'rl_live_read';
export const OTHER_KEY = 'rl_live_other';
export const ADMIN_KEY = 'rl_live_admin';

const principal = (workspaceId: string, keyId: string, ...scopes: Scope[]): KeyPrincipal => ({
  workspaceId,
  keyId,
  secretId: 'current',
  group: 'default',
  models: null,
  scopes,
});

const KEYS: Record<string, KeyPrincipal> = {
  [KEY]: principal('ws_1', 'key_1', 'generate', 'read'),
  [READ_KEY]: principal('ws_1', 'key_2', 'read'),
  [OTHER_KEY]: principal('ws_2', 'key_3', 'generate', 'read'),
  [ADMIN_KEY]: principal('ws_1', 'key_4', 'admin'),
};

export interface TestApp {
  origin: string;
  port: number;
  gateway: MemoryGateway;
  links: Links;
  /** Parsed log lines, oldest first. */
  log: Record<string, unknown>[];
  /** Sends with the main key unless `headers` name another. */
  send(path: string, init?: RequestInit): Promise<Response>;
  postJson(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Files in the blob folder, temporary ones included. */
  blobFiles(): string[];
  close(): Promise<void>;
}

/** The whole app on a free port, with real sockets and real blobs. */
export async function startTestApp(
  options: Partial<AppOptions> & { secret?: string } = {},
): Promise<TestApp> {
  const folder = mkdtempSync(join(tmpdir(), 'reelay-http-'));
  const log: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(line: Buffer, _encoding, done) {
      log.push(JSON.parse(line.toString()) as Record<string, unknown>);
      done();
    },
  });
  let origin = '';
  const signing = {
    secret: options.secret ?? 'link-secret',
    publicUrl: () => origin,
    lifetimeMs: 60_000,
    ...(options.now ? { now: options.now } : {}),
  };
  const links = createLinks(signing);
  const eventLinks = createEventLinks(signing);
  const gateway = createMemoryGateway(
    (job, kind) => links.sign({ workspaceId: job.workspaceId, jobId: job.id, kind }),
    options.now,
  );
  const app = createApp({
    gateway,
    apis,
    keys: {
      find: async (hash) => PRINCIPALS.get(hash),
      existing: async (hashes) => new Set(hashes.filter((hash) => PRINCIPALS.has(hash))),
      findById: async (id) => Object.values(KEYS).find(({ keyId }) => keyId === id),
      markUsed: async () => undefined,
    },
    // No test limits creates without a store of its own.
    callerRates: { use: async () => [] },
    isKey: (text) => text.startsWith('rl_live_'),
    tokens: createTokens({ secret: Buffer.alloc(32, 1), lifetimeMs: 60_000 }),
    blobs: createLocalBlobs(folder),
    links,
    eventLinks,
    inputLinks: createInputLinks({ secret: 'link-secret' }),
    hint: async () => false,
    isOutage: () => false,
    readiness: async () => ({ ready: true, checks: {} }),
    version: '0.0.0-test',
    simulated: () => ({ models: 1, all: 2 }),
    logger: pino({ level: 'debug' }, sink),
    ...options,
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0, timeouts: { closeMs: 500 } });
  origin = server.origin;
  const send: TestApp['send'] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (!headers.has('authorization') && !headers.has('x-api-key')) {
      headers.set('authorization', `Bearer ${KEY}`);
    }
    return fetch(new URL(path, origin), { ...init, headers });
  };
  return {
    origin,
    port: server.port,
    gateway,
    links,
    log,
    send,
    postJson: (path, body, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    blobFiles: () =>
      existsSync(folder)
        ? readdirSync(folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => entry.name)
        : [],
    async close() {
      await server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Gives a test file such an app from before its first test until after its last. */
export function useTestApp(options?: Parameters<typeof startTestApp>[0]): TestApp {
  return openedPart(() => startTestApp(options));
}

const PRINCIPALS = new Map(
  Object.entries(KEYS).map(([key, principal]) => [hashKey(key), principal] as const),
);

/** Waits for a condition; fails after five seconds with its name. */
export async function until(name: string, condition: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`did not happen: ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The smallest things that pass for files of these types. */
export const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(60, 1)]);
export const MP4 = Buffer.concat([
  Buffer.from([0, 0, 0, 24]),
  Buffer.from('ftypisom'),
  Buffer.alloc(60, 2),
]);
