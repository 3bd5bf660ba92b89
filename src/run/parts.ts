import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ActivityDeps } from '../../activities';
import { createActivities, createFirstCopies } from '../../activities';
import { createByteGate } from '../../activities/byte-gate';
import { createHungHosts } from '../../activities/hung-hosts';
import { createPlaces } from '../../activities/places';
import { createHint } from '../attempts/hint';
import { newSecret, SECRET_BYTES } from '../callbacks/secrets';
import type { Channel } from '../core/catalog/catalog';
import type { RenderContext } from '../core/api/dialect';
import type { Job } from '../core/job/job';
import type { FileKind } from '../core/job/files';
import { apis, dialects } from '../dialects';
import { activitySlots } from '../engine/slots';
import { startWorkers } from '../engine/worker';
import type { RunningWorkers } from '../engine/worker';
import { accept, createGateway, createStarts } from '../gateway';
import type { AcceptDeps, Starts } from '../gateway';
import { createApp } from '../http/app';
import { listen } from '../http/listen';
import type { HttpServer } from '../http/listen';
import { createProbes } from '../http/health';
import type { Readiness } from '../http/health';
import { createWaitEnds } from '../http/wait-ends';
import type { Foundation } from './foundation';
import { stopWaits } from './stop-waits';
import { callbackLimits } from './callback-slots';
import { httpLimits, heapBytes, sendingBytes } from './memory';
import { isKey, newKey } from '../store/keys/new-key';
import { isOutage } from '../store/base/outage';
import { createReadiness } from './readiness';
import { countSimulated } from './simulated';
import { VERSION } from './version';

/** The two halves of the gateway over one foundation: the HTTP side and the queues. They share nothing but the rows. */

export interface ApiOptions {
  host: string;
  port: number;
}

/** Returns what create stands on, whether an endpoint or a workflow asks. */
function acceptDeps({ config, quotes, ...base }: Foundation): AcceptDeps {
  const { store, catalog, outbound, blobs, links, log } = base;
  const { limits } = config;
  return { store, catalog, outbound, links, blobs, quotes, limits, now: Date.now, log };
}

const startsOf = ({ engine, store, config, log }: Foundation): Starts =>
  createStarts({
    engine,
    store: store.starts,
    waits: config.waits,
    limits: config.limits,
    now: Date.now,
    log,
  });

export async function startApi(base: Foundation, options: ApiOptions): Promise<HttpServer> {
  const signLink = (job: Job, kind: FileKind): string =>
    base.links.sign({ workspaceId: job.workspaceId, jobId: job.id, kind });
  const starts = startsOf(base);
  const gateway = createGateway({
    ...acceptDeps(base),
    engine: base.engine,
    tokens: base.tokens,
    mint: {
      key: () => newKey(base.random),
      callbackSecret: () => newSecret(base.random(SECRET_BYTES)),
    },
    signLink,
    waits: base.config.waits,
    limits: base.config.limits,
    starts,
  });
  const waitEnds = createWaitEnds();
  const stopping = new AbortController();
  const app = createApp({
    gateway,
    apis,
    keys: base.store.keys,
    isKey,
    limits: httpLimits(base.config),
    trustProxy: base.config.trustProxy,
    tokens: base.tokens,
    blobs: base.blobs,
    links: base.links,
    hint: createHint({
      ...base,
      waits: base.config.waits,
      limits: base.config.limits,
      now: Date.now,
    }),
    logger: base.log,
    isOutage,
    // Creates and reads do without the engine: they are kept, and started when it is back.
    readiness: readinessOf(base, { isEngineNeeded: false, stopping: stopping.signal }),
    version: VERSION,
    simulated: countSimulated(base.catalog),
    waitEnds,
  });
  const server = await listen(app, options);
  // What a process that ended has committed and not started.
  starts.resume();
  return {
    ...server,
    drain() {
      stopping.abort();
      server.drain();
    },
    close() {
      stopping.abort();
      waitEnds.endAll();
      return server.close().finally(() => starts.stop());
    },
  };
}

/** Makes what `/readyz` of a process asks: its database and the engine. */
function readinessOf(
  { client, config, database }: Foundation,
  { isEngineNeeded, stopping }: { isEngineNeeded: boolean; stopping: AbortSignal },
): () => Promise<Readiness> {
  const answerMs = config.waits.readyMs;
  const askEngine = (): Promise<unknown> =>
    client.withDeadline(Date.now() + answerMs, () => client.workflowService.getSystemInfo({}));
  return createReadiness({
    dependencies: {
      database: { ask: () => database.pool.query('SELECT 1'), isNeeded: true },
      engine: { ask: askEngine, isNeeded: isEngineNeeded },
    },
    answerMs,
    stopping,
  });
}

/** Starts the probes of a process that serves no API. It is ready while it can work: with both database and engine. */
export function startProbes(
  base: Foundation,
  options: ApiOptions & { stopping: AbortSignal },
): Promise<HttpServer> {
  const { stopping } = options;
  const readiness = readinessOf(base, { isEngineNeeded: true, stopping });
  return listen(
    createProbes({ readiness, version: VERSION, simulated: countSimulated(base.catalog) }),
    options,
  );
}

/** `callbackBase` is where that channel's provider can reach the API; undefined = it is only polled. */
export async function startWorker(
  base: Foundation,
  callbackBase: (channel: Channel) => string | undefined,
): Promise<RunningWorkers> {
  const render: RenderContext = {
    link: (job, kind) => base.links.sign({ workspaceId: job.workspaceId, jobId: job.id, kind }),
  };
  const stopping = new AbortController();
  // All that are known: a job may name one whose last channel has left the config since.
  const providers = base.catalog.providers().map(({ name }) => name);
  const slots = activitySlots(base.config.limits, { exchanging: 1 + providers.length });
  const parts: Omit<ActivityDeps, 'firstCopies'> = {
    ...base,
    sending: createByteGate(sendingBytes(base.config.limits.sendMemoryBytesMax, heapBytes())),
    places: createPlaces(),
    hungHosts: createHungHosts(base.config.waits.hungHostMs),
    dialects,
    render,
    waits: base.config.waits,
    limits: {
      ...base.config.limits,
      ...callbackLimits(base.config.limits, slots),
    },
    retention: base.config.retention,
    now: Date.now,
    random: Math.random,
    newToken: () => base.random(16).toString('hex'),
    async accept(principal, creation) {
      const accepted = await accept(acceptDeps(base), principal, creation);
      return accepted.kind === 'created' ? accepted.job.id : accepted.jobId;
    },
    callbackBase,
    stopping: stopping.signal,
  };
  const woken = { wake: (): void => firstCopies.wake() };
  const deps: ActivityDeps = { ...parts, firstCopies: woken };
  const firstCopies = createFirstCopies(deps);
  const workers = await startWorkers({
    connection: base.connection,
    namespace: base.namespace,
    workflowBundle: workflowBundle(),
    activities: createActivities(deps),
    providers,
    identity: base.identity,
    limits: {
      ...base.config.limits,
      heartbeatMs: base.config.waits.heartbeatMs,
      stop: stopWaits(base.config.waits),
      stickyMs: base.config.waits.stickyMs,
    },
    log: base.log,
  });
  // What a process that ended has claimed, or never claimed.
  firstCopies.wake();
  return {
    ...workers,
    async stop() {
      stopping.abort();
      await Promise.all([workers.stop(), firstCopies.stop()]);
    },
  };
}

/** Returns the path of the workflows' bundle, which the build makes, so that no bundler runs when the gateway does. */
function workflowBundle(): string {
  const places = ['../..', '../../dist'].map((up) => join(__dirname, up, 'workflow-bundle.js'));
  const found = places.find((path) => existsSync(path));
  if (!found) throw new Error('dist/workflow-bundle.js is missing; run: npm run build');
  return found;
}
