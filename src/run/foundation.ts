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
import type { SimulatorAddress } from '../core/ports/simulators';
import type { Tokens } from '../core/ports/tokens';
import type { Store } from '../core/ports/store/store';
import { createEngine } from '../engine/client';
import { connectClient, engineConnection } from '../engine/connection';
import type { EngineConnection } from '../engine/connection';
import { statusOf } from '../engine/engine-error';
import { createQuotes } from '../gateway';
import type { Quotes } from '../gateway';
import { createLinks } from '../http/links';
import type { Links } from '../http/links';
import { createTokens } from '../http/tokens';
import { meteredEngine, meteredOutbound, meteredStore } from '../metrics';
import { createOutbound } from '../outbound';
import { createStore } from '../store';
import { createChanges } from '../store/changes/changes';
import { openDatabase } from '../store/base/database';
import type { Database, OpenDatabase } from '../store/base/database';
import { isOurSecretKey } from '../store/operator/installation';
import { createSealer } from '../store/base/seal';
import type { Sealer } from '../store/base/seal';
import { capsOf } from './caps';
import { rateLimitsOf } from './rate-limits';
import { buildCatalog } from './channels';
import { secretKey } from './secrets';
import { tracingOf } from './traces';
import { VERSION } from './version';

/** What every process of the gateway stands on, whether it serves the API, the queues or both. */
export interface Foundation {
  config: Config;
  namespace: string;
  connection: EngineConnection;
  client: Awaited<ReturnType<typeof connectClient>>['client'];
  engine: Engine;
  database: OpenDatabase;
  db: Database;
  sealer: Sealer;
  store: Store;
  blobs: Blobs;
  outbound: Outbound;
  catalog: Catalog;
  caps: Caps;
  rates: Rates;
  links: Links;
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

export interface FoundationOptions {
  config: Config;
  data: string;
  engineAddress: string;
  databaseUrl: string;
  simulator: SimulatorAddress | undefined;
  allowCallbacksTo: readonly string[];
  /** Asked at each link, since the port is known only after listening. */
  publicUrl: () => string;
  /** Hears what happens; absent = nobody counts. */
  metrics?: Metrics | undefined;
  log: Logger;
}

export async function openFoundation(options: FoundationOptions): Promise<Foundation> {
  const { config, data, log, metrics = NO_METRICS } = options;
  const { TEMPORAL_NAMESPACE: namespace } = config.environment;
  const identity = `${hostname()}:${String(process.pid)}:${randomUUID().slice(0, 8)}`;
  const secret = secretKey(data, config.environment.REELAY_SECRET_KEY);
  const offer = { catalog: buildCatalog(config, options.simulator), caps: capsOf(config) };
  const tracing = tracingOf(config, { identity, log, catalog: offer.catalog });
  const connection = engineConnection(options.engineAddress, config.environment);
  const { client, close: disconnect } = await connectClient(connection, namespace);
  const onError = (err: Error): void => log.warn({ err }, 'a database connection broke');
  const openPool = (): OpenDatabase =>
    openDatabase(options.databaseUrl, { ...poolOptions(config), onError });
  const database = openPool();
  const changes = createChanges(options.databaseUrl, database.pool, onError);
  const sealer = createSealer(secret);
  const outbound = outboundOf(options, offer.catalog);
  const close = async (): Promise<void> => {
    await tracing.traces?.close();
    await outbound.close();
    await disconnect();
    await changes.close();
    await database.close();
  };
  try {
    await checkSecretKey(database.db, sealer, data);
  } catch (error) {
    await close();
    throw error;
  }
  const storeOptions = { ...config.waits, changes, caps: offer.caps };
  const storeOver = (opened: OpenDatabase): Pick<Foundation, 'database' | 'db' | 'store'> => ({
    database: opened,
    db: opened.db,
    store: tracing.store(meteredStore(createStore(opened.db, sealer, storeOptions), metrics)),
  });
  const stored = storeOver(database);
  const base: Omit<Foundation, 'withOwnPool'> = {
    config,
    namespace,
    connection,
    client,
    engine: meteredEngine(createEngine(client, config.waits), metrics, isExhausted),
    ...stored,
    ...paced(options, stored.store, tracing.outbound(meteredOutbound(outbound, metrics))),
    sealer,
    blobs: createLocalBlobs(join(data, 'blobs')),
    ...offer,
    ...signedWith(secret, options),
    metrics,
    traces: tracing.traces,
    log,
    identity,
    random: randomBytes,
    close,
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
  { rates: store }: Store,
  outbound: Outbound,
): Pick<Foundation, 'rates' | 'outbound'> {
  const rates = createRates({
    limits: rateLimitsOf(config),
    store,
    pauseMaxMs: config.waits.lookRetryAfterMaxMs,
    now: Date.now,
    random: Math.random,
    log,
  });
  return { rates, outbound: pacedOutbound(outbound, rates) };
}

const isExhausted = (error: unknown): boolean => statusOf(error) === 'RESOURCE_EXHAUSTED';

const poolOptions = ({ limits, environment }: Config) => ({
  connectionsMax: limits.databaseConnections,
  isNaming: environment.REELAY_PREPARED_STATEMENTS === 'on',
});

/** Makes what signs for this installation: each under its secret, for as long as the config says. */
function signedWith(
  secret: Buffer,
  { config: { waits }, publicUrl }: FoundationOptions,
): Pick<Foundation, 'links' | 'tokens' | 'quotes'> {
  return {
    links: createLinks({ secret, publicUrl, lifetimeMs: waits.linkMs }),
    tokens: createTokens({ secret, lifetimeMs: waits.tokenMs }),
    quotes: createQuotes({ secret, lifetimeMs: waits.quoteMs }),
  };
}

const outboundOf = ({ allowCallbacksTo }: FoundationOptions, catalog: Catalog) =>
  createOutbound({
    allowedCallbackHosts: allowCallbacksTo,
    userAgent: `reelay/${VERSION}`,
    secrets: credentialsOf(catalog),
  });

const credentialsOf = (catalog: Catalog): string[] =>
  catalog.channels().flatMap(({ credentials }) => Object.values(credentials));

/**
 * Throws unless the secret key is the one that the database was sealed under: with another key links and tokens of one
 * process would be nothing to the next, and callbacks could not be signed.
 */
async function checkSecretKey(db: Database, sealer: Sealer, data: string): Promise<void> {
  if (await isOurSecretKey(db, sealer)) return;
  throw new Error(
    'the secret key is not the one that this database was sealed under. It is REELAY_SECRET_KEY or, where that is ' +
      `not set, ${join(data, 'secret.key')}. Give every process of this installation the same REELAY_SECRET_KEY ` +
      "(the content of the first one's secret.key) or the same data folder; restore a lost key from a backup",
  );
}
