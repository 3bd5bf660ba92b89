import type { Logger } from 'pino';
import type { Config } from '../config';
import { migrate } from '../store/migrate/migrate';
import type { MigrationResult } from '../store/migrate/migrate';
import { MIGRATIONS } from '../store/migrate/migration-files';

/** Brings the database's schema up to date with the configured waits; the log hears what is unusual. */
export function migrateSchema(config: Config, url: string, log: Logger): Promise<MigrationResult> {
  return migrate(url, MIGRATIONS, {
    waits: config.waits,
    triesMax: config.limits.migrationTries,
    say: (line) => {
      log.warn(line);
    },
  });
}
