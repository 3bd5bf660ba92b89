import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { get as getHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { CLI_VERSION, intoCache } from './engine-cache';
import type { Environment } from './engine-program';

export interface DownloadOptions {
  cache: string;
  environment: Environment;
  /** The URL of the folder of archives; Temporal's own place when not given. */
  source?: string | undefined;
  say: (line: string) => void;
  signal?: AbortSignal | undefined;
}

const SOURCE = 'https://temporal.download/cli/archive';
const CONNECT_MS = 20_000;
/** A connection on which no byte comes for so long is dead. */
const SILENCE_MS = 30_000;
const REDIRECTS_MAX = 5;
const EXTRACT_MS = 120_000;
const PROGRESS_MS = 5_000;

/**
 * Fetches the archive that the SDK's test environment would, and unpacks it into the cache. Not done through the SDK,
 * which can only download and start in one, as a child that ends with us.
 */
export async function downloadEngine(options: DownloadOptions): Promise<string> {
  const url = archiveUrl(options.source ?? SOURCE);
  return intoCache(options.cache, async (folder) => {
    const archive = join(folder, 'archive.tar.gz');
    await save(url, archive, options);
    await promisify(execFile)('tar', ['-xzf', archive, '-C', folder, 'temporal'], {
      env: options.environment,
      timeout: EXTRACT_MS,
    });
    await chmod(join(folder, 'temporal'), 0o755);
  });
}

/** Node's names for what Temporal builds, and Temporal's. */
const PLATFORMS: Readonly<Record<string, string>> = { linux: 'linux', darwin: 'darwin' };
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

function archiveUrl(source: string): string {
  const platform = PLATFORMS[process.platform];
  const arch = ARCHITECTURES[process.arch];
  if (!platform || !arch) {
    throw new Error(`there is none for ${process.platform} ${process.arch}`);
  }
  return `${source}/${CLI_VERSION}?platform=${platform}&arch=${arch}&format=tar.gz`;
}

async function save(url: string, path: string, options: DownloadOptions): Promise<void> {
  const { say, signal } = options;
  const response = await open(url, signal);
  const total = Number(response.headers['content-length'] ?? 0);
  let bytes = 0;
  response.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const report = setInterval(() => {
    const of = total > 0 ? ` of ${megabytes(total)}` : '';
    say(`engine: downloading Temporal ${CLI_VERSION}, ${megabytes(bytes)}${of} MB so far`);
  }, PROGRESS_MS);
  try {
    await pipeline(response, createWriteStream(path), { ...(signal ? { signal } : {}) });
  } finally {
    clearInterval(report);
  }
}

/** Follows redirects, but none from https to http. */
async function open(url: string, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  let target = new URL(url);
  for (let redirects = 0; redirects <= REDIRECTS_MAX; redirects += 1) {
    const response = await request(target, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return response;
    response.destroy();
    if (statusCode < 300 || statusCode >= 400 || headers.location === undefined) {
      throw new Error(`${target.host} answered ${statusCode}`);
    }
    const next = new URL(headers.location, target);
    if (target.protocol === 'https:' && next.protocol !== 'https:') {
      throw new Error(`${target.host} leads to ${next.host} without encryption`);
    }
    target = next;
  }
  throw new Error(`${target.host} redirects too often`);
}

function request(url: URL, signal: AbortSignal | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const get = url.protocol === 'https:' ? getHttps : getHttp;
    const call = get(url, { ...(signal ? { signal } : {}) }, (response) => {
      clearTimeout(connecting);
      resolve(response);
    });
    const connecting = setTimeout(() => {
      call.destroy(new Error(`${url.host} does not answer within ${CONNECT_MS / 1_000} s`));
    }, CONNECT_MS);
    call.setTimeout(SILENCE_MS, () => {
      call.destroy(new Error(`${url.host} fell silent for ${SILENCE_MS / 1_000} s`));
    });
    call.once('error', (error) => {
      clearTimeout(connecting);
      reject(error);
    });
  });
}

function megabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(0);
}
