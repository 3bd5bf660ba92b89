import type { ResealReport } from '../../run/reseal';
import { exits, newCommand } from '../kit/command';
import { EXIT } from '../kit/exit-codes';
import { dataOption, jsonOption } from '../kit/options';

/** Makes `reelay secrets reseal`, after which no row needs an older secret key. */
export const resealCommand = () =>
  newCommand({
    name: 'reseal',
    summary: 'seal every row under the newest secret key',
    description:
      'Seals what older secret keys sealed under the first one of REELAY_SECRET_KEY, and says when no row needs the older ' +
      'ones any more. Run it once every process has the new key first; it may be cut and run again, also while jobs run.',
    examples: [
      'DATABASE_URL=postgres://reelay@db/reelay REELAY_SECRET_KEY=new,old reelay secrets reseal',
    ],
  })
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(
      exits(async ({ data, json }) => {
        const [{ readSettings }, { reseal }, { required }] = await Promise.all([
          import('../../run/settings.js'),
          import('../../run/reseal.js'),
          import('../process.js'),
        ]);
        const config = readSettings();
        const databaseUrl = required(config, 'DATABASE_URL');
        const report = await reseal(config, { data, databaseUrl, now: Date.now() });
        process.stdout.write(json ? `${JSON.stringify(report)}\n` : words(report));
        return report.unreadable === 0 ? EXIT.ok : EXIT.failed;
      }),
    );

function words({ resealed, unreadable, older_keys, links_end_at }: ResealReport): string {
  const done = `resealed ${String(resealed)} rows`;
  if (unreadable > 0) {
    return `${done}; ${String(unreadable)} open under none of the secret keys: give the key that sealed them too\n`;
  }
  if (older_keys === 0) return `${done}; there is no older key\n`;
  const end = new Date(links_end_at * 1000).toISOString();
  return `${done}; no row needs an older key. Links that one signed have ended by ${end}; take it away then\n`;
}
