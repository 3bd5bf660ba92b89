import { createServer } from 'node:http';
import type { Provider, World } from '../core/provider/provider';
import { createCallbacks } from './callbacks';
import type { Exchange } from './faults';
import { createGlobalFaults } from './global-faults';
import { openJobs } from './jobs';
import { resultLink } from './media';
import { listen, recallPort, rememberPort } from './port';
import { sendJson, serve } from './serve';
import { createStudio } from './studio';
import { createWorld } from './world';

/**
 * The local upstream: every registered provider's wire under `/<provider>`, over one clock, one set of jobs and one
 * set of faults, with result files that play. Listens on the loopback address only.
 */
export interface Simulator {
  /** `http://127.0.0.1:<port>`, also the origin of every result link. */
  url: string;
  origin: string;
  /** What a channel of that provider has as its base URL. */
  baseUrlOf(provider: string): string;
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  providers: Readonly<Record<string, Provider>>;
  /** 0 or absent = the port of the last start on this folder if it is free, else any free one. */
  port?: number;
  /** Where jobs are remembered; absent = in this process only. */
  stateFolder?: string;
  /** Unix milliseconds. */
  now?: () => number;
  /** One line for the log. */
  say?: (line: string) => void;
  /** How long the fault `slow` holds a reply back. */
  slowReplyMs?: number;
}

const SLOW_REPLY_MS = 10_000;

export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const now = options.now ?? Date.now;
  const say = options.say ?? (() => undefined);
  const jobs = openJobs(options.stateFolder);
  const faults = createGlobalFaults();
  const studio = createStudio();
  let origin = '';
  const worldOf = (provider: string, exchange: Exchange = {}): World =>
    createWorld({
      provider,
      jobs,
      faults,
      exchange,
      now: now(),
      mediaUrl: (record, kind) => resultLink(origin, record, kind),
      accepted: (record) => {
        callbacks.follow(record);
      },
    });
  const callbacks = createCallbacks({ jobs, providers: options.providers, now, worldOf, say });
  const stopping = new AbortController();

  const server = createServer((request, response) => {
    const context = {
      jobs,
      faults,
      studio,
      worldOf,
      now: now(),
      providers: options.providers,
      slowReplyMs: options.slowReplyMs ?? SLOW_REPLY_MS,
      stopping: stopping.signal,
    };
    serve(request, response, context).catch((error: unknown) => {
      if (!stopping.signal.aborted) {
        say(`simulator: ${request.method ?? ''} ${request.url ?? ''}: ${String(error)}`);
      }
      if (response.headersSent) response.destroy();
      else sendJson(response, { status: 500, body: { error: String(error) } });
    });
  });
  const wish = recallPort(options.stateFolder);
  const port = await listen(server, options.port || wish, !options.port);
  rememberPort(options.stateFolder, port);
  origin = `http://127.0.0.1:${String(port)}`;
  for (const record of jobs.all()) callbacks.follow(record);

  return {
    url: origin,
    origin,
    baseUrlOf: (provider) => `${origin}/${provider}`,
    stop: async () => {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, callbacks.stop(), studio.stop()]);
      jobs.close();
    },
  };
}
