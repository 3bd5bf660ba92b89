import { createServer } from 'node:http';
import type { Simulation, World } from '../contract';
import { createCallbacks } from './callbacks';
import type { Exchange } from './faults';
import { createGlobalFaults } from './global-faults';
import { startElsewhere, type Elsewhere } from './elsewhere';
import { jobAt, openJobs } from './jobs';
import { createLimits } from './limits';
import { resultLink } from './media';
import { listen, recallPort, rememberPort } from './port';
import { sendJson, serve, type ServeContext } from './serve';
import { createStudio } from './studio';
import { createWorld } from './world';

/**
 * The simulator serves the wire of every simulated provider under `/<provider>`, over one clock, one set of jobs and
 * one set of faults, with result files that play. It listens on the loopback address only.
 */
export interface Simulator {
  /** `http://127.0.0.1:<port>`, also the origin of every result link. */
  url: string;
  origin: string;
  /** The other origin, to which `result=redirect-elsewhere` leads. */
  elsewhere: Elsewhere;
  /** Gives what a channel of that provider has as its base URL: `http://127.0.0.1:8090/ark`. */
  baseUrlOf(provider: string): string;
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  /** The simulated providers by their names: the registry, or a test's own. */
  simulations: Readonly<Record<string, Simulation>>;
  /** 0 or absent = the port of the last start on this folder if it is free, else any free one. */
  port?: number;
  /** The folder that remembers jobs over restarts; absent = this process only. */
  stateFolder?: string;
  /** Gives the time in Unix milliseconds; absent = the machine's. */
  now?: () => number;
  /** Takes one line for the log. */
  say?: (line: string) => void;
  /** The fault `slow` holds a reply back for this long. */
  slowReplyMs?: number;
}

const SLOW_REPLY_MS = 10_000;

/** Starts it. Throws where the wanted port is taken, or the library that draws videos is not installed. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const now = options.now ?? Date.now;
  const say = options.say ?? (() => undefined);
  const jobs = openJobs(options.stateFolder, now());
  const faults = createGlobalFaults();
  const limits = createLimits();
  const studio = createStudio();
  let origin = '';
  const worldOf = (provider: string, exchange: Exchange = {}): World =>
    createWorld({
      provider,
      jobs,
      faults,
      limits,
      exchange,
      now: now(),
      mediaUrl: (record, kind) => {
        const at = now();
        const life = options.simulations[record.provider]?.linkLife?.(jobAt(record, at));
        return resultLink(origin, record, { kind, life, now: at });
      },
      accepted: (record) => {
        callbacks.follow(record);
      },
    });
  const callbacks = createCallbacks({ jobs, simulations: options.simulations, now, worldOf, say });
  const stopping = new AbortController();

  const contextNow = (): ServeContext => ({
    jobs,
    faults,
    limits,
    studio,
    worldOf,
    now: now(),
    simulations: options.simulations,
    slowReplyMs: options.slowReplyMs ?? SLOW_REPLY_MS,
    stopping: stopping.signal,
    elsewhere: elsewhere.origin,
  });
  const elsewhere = await startElsewhere(contextNow);
  const server = createServer((request, response) => {
    serve(request, response, contextNow()).catch((error: unknown) => {
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
    elsewhere,
    baseUrlOf: (provider) => `${origin}/${provider}`,
    stop: async () => {
      stopping.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, elsewhere.stop(), callbacks.stop(), studio.stop()]);
      jobs.close();
    },
  };
}
