import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import type { ActivityDeps } from '../../activities';
import { createByteGate } from '../../activities/byte-gate';
import { createHungHosts } from '../../activities/hung-hosts';
import { createPlaces } from '../../activities/places';
import { createChannelHealth } from '../../src/attempts/health';
import { pacedOutbound } from '../../src/attempts/paced';
import { createRates } from '../../src/attempts/rates';
import { createLocalBlobs } from '../../src/blobs/local';
import { readConfig } from '../../src/config';
import { dialects } from '../../src/dialects';
import { filesEndAt } from '../../src/core/job/files';
import { NO_METRICS } from '../../src/core/ports/metrics';
import { createQuotes } from '../../src/gateway';
import { createInputLinks } from '../../src/http/input-links';
import { createEventLinks } from '../../src/http/event-links';
import { createLinks } from '../../src/http/links';
import { createTokens } from '../../src/http/tokens';
import { createOutbound } from '../../src/outbound';
import { buildCatalog } from '../../src/run/channels';
import type { Foundation } from '../../src/run/foundation';
import { startApi } from '../../src/run/api';
import { simulations } from '../../simulators';
import { addressAt } from '../../simulators/part';
import { startSimulator } from '../../simulators/server';
import { NO_CAPS } from '../../src/core/slots/caps';
import { createStore } from '../../src/store';
import { temporaryFolder } from '../host/temporary';
import type { TestDatabase } from './database';
import { WILLING } from './sweep-deps';

/** A gateway without an engine: the real API over HTTP, and what its activities stand on, over one real database. */
export interface OneMachine {
  /** Origin of the API. */
  api: string;
  /** Takes every callback with 204. */
  callbackUrl: string;
  deps: ActivityDeps;
  /** What the engine was asked to run, oldest first; a test takes from it what it runs. */
  asked: { run: 'delivery' | 'keep'; id: string }[];
  /** Moves the clock of the activities. */
  advance(ms: number): void;
  stop(): Promise<void>;
}

export async function startOneMachine({ db, sealer, ...base }: TestDatabase): Promise<OneMachine> {
  const config = readConfig({ REELAY_CONFIG: '' });
  const simulator = await startSimulator({ simulations });
  const receiver = createServer((_request, response) => void response.writeHead(204).end());
  await new Promise<void>((resolve) => void receiver.listen(0, '127.0.0.1', resolve));
  const asked: OneMachine['asked'] = [];
  let origin = '';
  const secret = randomBytes(32);
  const signed = { secret, lifetimeMs: 60_000 };
  const blobFolder = join(temporaryFolder(), 'blobs');
  const foundation = {
    config,
    caps: NO_CAPS,
    // Its own store, which remembers as a gateway's does. A key is known for as long as a test runs.
    store: createStore(db, sealer, {
      ...config.waits,
      keyMemoMs: 600_000,
      changes: base.store.changes,
      caps: NO_CAPS,
    }),
    engine: {
      ...WILLING,
      startDelivery: async (id: string) => asked.push({ run: 'delivery', id }) > 0,
      startKeep: async (id: string) => asked.push({ run: 'keep', id }) > 0,
    },
    catalog: buildCatalog(config, addressAt(simulator.url)),
    outbound: createOutbound({ allowedCallbackHosts: ['127.0.0.1'], userAgent: 'test' }),
    blobs: createLocalBlobs(blobFolder),
    blobFolder,
    links: createLinks({ ...signed, publicUrl: () => origin }),
    eventLinks: createEventLinks({ ...signed, publicUrl: () => origin }),
    tokens: createTokens(signed),
    quotes: createQuotes(signed),
    log: pino({ level: 'silent' }),
    metrics: NO_METRICS,
    random: randomBytes,
  };
  const api = await startApi(foundation as unknown as Foundation, { host: '127.0.0.1', port: 0 });
  origin = api.origin;
  let ahead = 0;
  return {
    api: api.origin,
    callbackUrl: `http://127.0.0.1:${String((receiver.address() as AddressInfo).port)}/`,
    deps: depsOf(foundation, () => Date.now() + ahead),
    asked,
    advance: (ms) => void (ahead += ms),
    async stop() {
      await api.close();
      await foundation.outbound.close();
      receiver.closeAllConnections();
      await new Promise((resolve) => receiver.close(resolve));
      await simulator.stop();
    },
  };
}

type Parts = Pick<
  Foundation,
  'config' | 'caps' | 'store' | 'engine' | 'catalog' | 'outbound' | 'blobs' | 'links' | 'log'
>;

function depsOf({ config, ...parts }: Parts, now: () => number): ActivityDeps {
  const random = () => 0.5;
  const rates = createRates({
    limits: () => ({}),
    store: parts.store.rates,
    pauseMaxMs: config.waits.lookRetryAfterMaxMs,
    now,
    random,
    log: parts.log,
  });
  return {
    ...parts,
    refreshConfig: () => Promise.resolve(),
    health: createChannelHealth({ ...parts, config, now }),
    outbound: pacedOutbound(parts.outbound, rates),
    rates,
    sending: createByteGate(config.limits.sendMemoryBytesMax),
    places: createPlaces(),
    hungHosts: createHungHosts(config.waits.hungHostMs),
    firstCopies: { wake: () => undefined },
    dialects,
    render: {
      link: ({ workspaceId, id: jobId }, kind) => parts.links.sign({ workspaceId, jobId, kind }),
      filesEndAt: (job) => filesEndAt(config.retention, job),
    },
    waits: config.waits,
    limits: { ...config.limits, deliveriesAtOnce: 8, deliveriesPerHost: 8, copiesAtOnce: 8 },
    retention: config.retention,
    metrics: NO_METRICS,
    now,
    random,
    newToken: () => randomBytes(16).toString('hex'),
    accept: () => Promise.reject(new Error('no workflow asks for a job here')),
    callbackBase: () => undefined,
    renewLink: parts.links.renew,
    signInput: createInputLinks({ secret: 'one machine' }).sign,
    stopping: new AbortController().signal,
  };
}
