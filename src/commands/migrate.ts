import { processLog } from '../run/log';
import { migrateSchema } from '../run/schema';
import { readSettings } from '../run/settings';
import { readFlags } from './flags';
import { required } from './process';

/** Brings the schema of `DATABASE_URL` up to date, and says what it applied. */
export async function migrate(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const config = readSettings();
  const result = await migrateSchema(config, required(config, 'DATABASE_URL'), processLog());
  process.stdout.write(
    flags.json
      ? `${JSON.stringify(result)}\n`
      : `schema ${result.version}; applied: ${result.applied.join(', ') || 'nothing new'}\n`,
  );
  return 0;
}
