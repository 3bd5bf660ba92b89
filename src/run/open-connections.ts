import type { Config } from '../config';
import { connectClient, engineConnection } from '../engine/connection';
import { createOutbound } from '../outbound';
import { openDatabase } from '../store/base/database';
import type { Database, OpenDatabase } from '../store/base/database';
import type { Sealer } from '../store/base/seal';
import { createChanges } from '../store/changes/changes';
import { isOurSecretKey } from '../store/operator/installation';
import { hasForeignSecrets } from '../store/operator/reseal';
import { join } from 'node:path';
import type { FoundationOptions } from './foundation-options';
import type { LiveOffer } from './live-offer';
import type { Tracing } from './traces';
import { VERSION } from './version';

interface ConnectionParts {
  live: LiveOffer;
  sealer: Sealer;
  tracing: Tracing;
}

export type Connections = Awaited<ReturnType<typeof openConnections>>;

/** Opens what leads out of the process: engine, database, HTTP. Throws for another secret key than the database's. */
export async function openConnections(
  options: FoundationOptions,
  { live, sealer, tracing }: ConnectionParts,
) {
  const { config, log } = options;
  const connection = engineConnection(options.engineAddress, config.environment);
  const { client, close: disconnect } = await connectClient(
    connection,
    config.environment.TEMPORAL_NAMESPACE,
  );
  const onError = (err: Error): void => log.warn({ err }, 'a database connection broke');
  const openPool = (): OpenDatabase =>
    openDatabase(options.databaseUrl, { ...poolOptions(config), onError });
  const database = openPool();
  const changes = createChanges(options.databaseUrl, database.pool, onError);
  const outbound = outboundOf(options, live);
  const close = async (): Promise<void> => {
    await tracing.traces?.close();
    await outbound.close();
    await disconnect();
    await changes.close();
    await database.close();
  };
  try {
    await checkSecretKey(database.db, sealer, options);
  } catch (error) {
    await close();
    throw error;
  }
  return { connection, client, openPool, database, changes, outbound, close };
}

const poolOptions = ({ limits, environment }: Config) => ({
  connectionsMax: limits.databaseConnections,
  isNaming: environment.REELAY_PREPARED_STATEMENTS === 'on',
});

const outboundOf = ({ allowCallbacksTo }: FoundationOptions, { secrets }: LiveOffer) =>
  createOutbound({
    allowedCallbackHosts: allowCallbacksTo,
    userAgent: `reelay/${VERSION}`,
    secrets,
  });

/**
 * Throws unless the secret key is the one that the database was sealed under: with another key links and tokens of one
 * process would be nothing to the next, and callbacks could not be signed.
 */
async function checkSecretKey(
  db: Database,
  sealer: Sealer,
  { data, config }: FoundationOptions,
): Promise<void> {
  const scope = { rowsMax: config.limits.sweepRows, now: Date.now() };
  const isOurs = await isOurSecretKey(db, sealer);
  if (isOurs && !(await hasForeignSecrets(db, sealer, scope))) return;
  throw new Error(
    'the secret key is not the one that this database was sealed under. It is REELAY_SECRET_KEY or, where that is ' +
      `not set, ${join(data, 'secret.key')}. Give every process of this installation the same REELAY_SECRET_KEY ` +
      "(the content of the first one's secret.key) or the same data folder; restore a lost key from a backup. Where the " +
      'key is being changed, rows still need the one before: put it behind the new one (REELAY_SECRET_KEY=new,old, or ' +
      'as the second line of secret.key), start, and run "reelay secrets reseal" before you take it away',
  );
}
