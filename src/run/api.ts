import { createHint } from '../attempts/hint';
import { createPictures } from '../blobs/pictures';
import { newSecret, SECRET_BYTES } from '../callbacks/secrets';
import type { Job } from '../core/job/job';
import type { FileKind } from '../core/job/files';
import type { Pictures } from '../core/ports/pictures';
import { apis } from '../dialects';
import { createGateway, createStarts } from '../gateway';
import type { Starts } from '../gateway';
import { findOnPath } from '../host/find-program';
import { createApp } from '../http/app';
import { listen } from '../http/listen';
import type { HttpServer } from '../http/listen';
import { createWaitEnds } from '../http/wait-ends';
import { isKey, newKey } from '../store/keys/new-key';
import { isOutage } from '../store/base/outage';
import { acceptDeps } from './accept-deps';
import type { Foundation } from './foundation';
import { callersConnections } from './callers-connections';
import { httpLimits } from './memory';
import { readinessOf } from './probes';
import type { ListenOptions } from './probes';
import { countSimulated } from './simulated';
import { VERSION } from './version';

/** Starts the HTTP side of the gateway. It shares nothing with the worker but the rows. */
export async function startApi(base: Foundation, options: ListenOptions): Promise<HttpServer> {
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
    pictures: picturesOf(base),
    signLink,
    signEventsLink: base.eventLinks.sign,
    waits: base.config.waits,
    limits: base.config.limits,
    retention: base.config.retention,
    caps: base.caps,
    config: base.reload,
    starts,
  });
  const waitEnds = createWaitEnds();
  const stopping = new AbortController();
  const app = createApp({
    gateway,
    apis,
    keys: base.store.keys,
    callerRates: base.store.callerRates,
    isKey,
    limits: httpLimits(base.config),
    trustProxy: base.config.trustProxy,
    corsOrigins: base.config.corsOrigins,
    tokens: base.tokens,
    blobs: base.blobs,
    links: base.links,
    eventLinks: base.eventLinks,
    inputLinks: base.inputLinks,
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
    simulated: () => countSimulated(base.catalog),
    waitEnds,
    metrics: base.metrics,
    traces: base.traces,
  });
  const server = await listen(app, { ...options, ...callersConnections(base) });
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

/** Looks for ffmpeg once, when the process starts. */
const picturesOf = ({ config, blobFolder: folder }: Foundation): Pictures =>
  createPictures({
    program: findOnPath('ffmpeg', config.environment.PATH),
    folder,
    limits: config.limits,
    waits: config.waits,
  });

const startsOf = ({ engine, store, config, log }: Foundation): Starts =>
  createStarts({
    engine,
    store: store.starts,
    waits: config.waits,
    limits: config.limits,
    now: Date.now,
    log,
  });
