import type { Logger } from 'pino';
import type { Config } from '../config';
import { engineConnection } from '../engine/connection';
import { prepareNamespace } from '../engine/prepare';
import { TURNS, inTurn } from '../store/migrate/turn';

/**
 * Makes the engine's namespace fit for work. Processes that start at once do it one after the other: two that
 * registered the same search attributes together would leave them registered twice on Server 1.29.
 */
export async function prepareEngine(
  config: Config,
  { address, databaseUrl, log }: { address: string; databaseUrl: string; log: Logger },
): Promise<void> {
  const say = (line: string): void => {
    log.warn(line);
  };
  const connection = engineConnection(address, config.environment);
  const { TEMPORAL_NAMESPACE: namespace } = config.environment;
  await inTurn(databaseUrl, TURNS.engine, config.waits.migrationTurnMs, () =>
    prepareNamespace(connection, namespace, { say }),
  );
}
