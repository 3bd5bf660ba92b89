import { exits, newCommand } from './kit/command';
import { EXIT } from './kit/exit-codes';
import { jsonOption } from './kit/options';

/** Makes `reelay migrate`, which brings the schema of `DATABASE_URL` up to date and says what it applied. */
export const migrate = () =>
  newCommand({
    name: 'migrate',
    summary: "bring the database's schema up to date",
    description: 'Brings the schema of DATABASE_URL up to date, and says what it applied.',
    examples: ['DATABASE_URL=postgres://reelay@db/reelay reelay migrate'],
  })
    .addOption(jsonOption())
    .action(
      exits(async ({ json }) => {
        const [{ migrateSchema }, { readSettings }, { processLog }, { required }] =
          await Promise.all([
            import('../run/schema.js'),
            import('../run/settings.js'),
            import('../run/log.js'),
            import('./process.js'),
          ]);
        const config = readSettings();
        const url = required(config, 'DATABASE_URL');
        const result = await migrateSchema(config, url, processLog());
        process.stdout.write(
          json
            ? `${JSON.stringify(result)}\n`
            : `schema ${result.version}; applied: ${result.applied.join(', ') || 'nothing new'}\n`,
        );
        return EXIT.ok;
      }),
    );
