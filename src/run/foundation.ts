import { randomBytes, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { pacedOutbound } from '../attempts/paced';
import { createRates } from '../attempts/rates';
import type { Rates } from '../attempts/rates';
import { createLocalBlobs } from '../blobs/local';
import type { Config } from '../config';
import type { Catalog } from '../core/catalog/catalog';
import type { Caps } from '../core/slots/caps';
import type { Blobs } from '../core/ports/blobs';
import type { Engine } from '../core/ports/engine';
import { NO_METRICS } from '../core/ports/metrics';
import type { Metrics } from '../core/ports/metrics';
import type { Traces } from '../core/ports/traces';
import type { Outbound } from '../core/ports/outbound';
import type { Tokens } from '../core/ports/tokens';
import type { Store } from '../core/ports/store/store';
import { createEngine } from '../engine/client';
import type { EngineConnection } from '../engine/connection';
import { statusOf } from '../engine/engine-error';
import { createQuotes } from '../gateway';
import type { Quotes } from '../gateway';
import { createEventLinks } from '../http/event-links';
import type { EventLinks } from '../http/event-links';
import { createInputLinks } from '../http/input-links';
import type { InputLinks } from '../http/input-links';
import { createLinks } from '../http/links';
import type { Links } from '../http/links';
import { createTokens } from '../http/tokens';
import { meteredEngine, meteredOutbound, meteredStore } from '../metrics';
import { createStore } from '../store';
import type { Database, OpenDatabase } from '../store/base/database';
import { createSealer } from '../store/base/seal';
import type { Sealer } from '../store/base/seal';
import { createConfigReload } from './config-reload';
import type { ConfigReload } from './config-reload';
import { createLiveOffer } from './live-offer';
import type { LiveOffer } from './live-offer';
import { offerOf } from './offer';
import type { FoundationOptions } from './foundation-options';
import { openConnections } from './open-connections';
import type { Connections } from './open-connections';
import type { Offer } from './offer';
import { secretKeys } from './secrets';
import type { SecretKeys } from './secrets';
import { tracingOf } from './traces';

export type { FoundationOptions } from './foundation-options';

/** What every process of the gateway stands on, whether it serves the API, the queues or both. */
export interface Foundation {
  config: Config;
  namespace: string;
  connection: EngineConnection;
  client: Connections['client'];
  engine: Engine;
  database: OpenDatabase;
  db: Database;
  sealer: Sealer;
  store: Store;
  blobs: Blobs;
  /** The folder that they lie in. */
  blobFolder: string;
  outbound: Outbound;
  catalog: Catalog;
  caps: Caps;
  /** Reads the config again while the process runs. */
  reload: ConfigReload;
  rates: Rates;
  links: Links;
  eventLinks: EventLinks;
  inputLinks: InputLinks;
  tokens: Tokens;
  quotes: Quotes;
  /** Hears what happens in this process. */
  metrics: Metrics;
  /** Makes the spans of this process; undefined where nobody exports any. */
  traces: Traces | undefined;
  log: Logger;
  identity: string;
  random(length: number): Buffer;
  /** Returns the same, with a pool of connections of its own, which its `close` closes; the rest stays shared. */
  withOwnPool(): Foundation;
  close(): Promise<void>;
}

export async function openFoundation(options: FoundationOptions): Promise<Foundation> {
  const { config, data, log, metrics = NO_METRICS } = options;
  const blobFolder = join(data, 'blobs');
  const identity = `${hostname()}:${String(process.pid)}:${randomUUID().slice(0, 8)}`;
  const secrets = secretKeys(data, config.environment.REELAY_SECRET_KEY);
  const buildOffer = (read: Config): Offer => offerOf(read, options.simulator);
  const live = createLiveOffer(buildOffer(config));
  const { catalog, caps } = live;
  const tracing = tracingOf(config, { identity, log, catalog });
  const sealer = createSealer(secrets.key, secrets.others);
  const opened = await openConnections(options, { live, sealer, tracing });
  const { openPool, changes } = opened;
  const storeOptions = { ...config.waits, changes, caps };
  const storeOver = (pool: OpenDatabase): Pick<Foundation, 'database' | 'db' | 'store'> => ({
    database: pool,
    db: pool.db,
    store: tracing.store(meteredStore(createStore(pool.db, sealer, storeOptions), metrics)),
  });
  const stored = storeOver(opened.database);
  const reload = createConfigReload({
    config,
    survey: options.survey ?? (() => ({ config, problems: [], unusable: [] })),
    offerOf: buildOffer,
    live,
    store: stored.store.config,
    waits: config.waits,
    identity,
    now: Date.now,
    log,
  });
  await reload.begin();
  const outbound = tracing.outbound(meteredOutbound(opened.outbound, metrics));
  const base: Omit<Foundation, 'withOwnPool'> = {
    config,
    namespace: config.environment.TEMPORAL_NAMESPACE,
    connection: opened.connection,
    client: opened.client,
    engine: meteredEngine(createEngine(opened.client, config.waits), metrics, isExhausted),
    ...stored,
    ...paced(options, live, stored.store, outbound),
    sealer,
    blobs: createLocalBlobs(blobFolder),
    blobFolder,
    catalog,
    caps,
    reload,
    ...signedWith(secrets, options),
    metrics,
    traces: tracing.traces,
    log,
    identity,
    random: randomBytes,
    close: async () => {
      reload.stop();
      await opened.close();
    },
  };
  const withOwnPool = (): Foundation => {
    const own = openPool();
    return { ...base, ...storeOver(own), withOwnPool, close: () => own.close() };
  };
  return { ...base, withOwnPool };
}

/** Makes what keeps every call to the rate limits of channels. */
function paced(
  { config, log }: FoundationOptions,
  { rateLimits: limits }: LiveOffer,
  { rates: store }: Store,
  outbound: Outbound,
): Pick<Foundation, 'rates' | 'outbound'> {
  const rates = createRates({
    limits,
    store,
    pauseMaxMs: config.waits.lookRetryAfterMaxMs,
    now: Date.now,
    random: Math.random,
    log,
  });
  return { rates, outbound: pacedOutbound(outbound, rates) };
}

const isExhausted = (error: unknown): boolean => statusOf(error) === 'RESOURCE_EXHAUSTED';

/** Makes what signs for this installation: each under its secret, for as long as the config says. */
function signedWith(
  { key: secret, others: otherSecrets }: SecretKeys,
  { config: { waits }, publicUrl }: FoundationOptions,
): Pick<Foundation, 'links' | 'eventLinks' | 'inputLinks' | 'tokens' | 'quotes'> {
  const signed = { secret, otherSecrets };
  return {
    links: createLinks({ ...signed, publicUrl, lifetimeMs: waits.linkMs }),
    eventLinks: createEventLinks({ ...signed, publicUrl, lifetimeMs: waits.linkMs }),
    inputLinks: createInputLinks(signed),
    tokens: createTokens({ ...signed, lifetimeMs: waits.tokenMs }),
    quotes: createQuotes({ ...signed, lifetimeMs: waits.quoteMs }),
  };
}
