import { LEDGER_CHECKS } from '../../core/money/ledger-check';
import type { LedgerFault, LedgerReport } from '../../core/money/ledger-check';
import { exits, newCommand } from '../kit/command';
import { EXIT } from '../kit/exit-codes';
import { dataOption, jsonOption } from '../kit/options';

/** Makes `reelay ledger check`, which ends with 1 when something does not hold. */
export const checkCommand = () =>
  newCommand({
    name: 'check',
    summary: 'prove that ledger, usage and all sums agree',
    description:
      'Reads the whole database in one snapshot and says which jobs, entries, workspaces and sums are not as they must ' +
      'be. It changes nothing and may run while jobs do; a sweep does the same once an hour. Without DATABASE_URL it ' +
      'reads the database that a "start" on --data runs.',
    examples: [
      'DATABASE_URL=postgres://reelay@db/reelay reelay ledger check',
      'reelay ledger check --data ./.reelay',
    ],
  })
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(
      exits(async ({ data, json }) => {
        const [{ readSettings }, { checkLedgerOf }] = await Promise.all([
          import('../../run/settings.js'),
          import('../../run/ledger-check.js'),
        ]);
        const report = await checkLedgerOf(readSettings(), data);
        if (!report)
          throw new Error('another check of this ledger is under way; try again when it is over');
        process.stdout.write(json ? `${JSON.stringify(report)}\n` : words(report));
        return report.faults.length === 0 ? EXIT.ok : EXIT.failed;
      }),
    );

function words({ jobs, entries, faults }: LedgerReport): string {
  const read = `${String(jobs)} jobs and ${String(entries)} entries of the ledger`;
  if (faults.length === 0) {
    return `${read}: all ${String(Object.keys(LEDGER_CHECKS).length)} checks hold\n`;
  }
  return [`${read}; these checks do not hold:`, ...faults.map(faultWords), ''].join('\n');
}

const faultWords = ({ check, count, ids }: LedgerFault): string =>
  `  ${check}: ${LEDGER_CHECKS[check]}\n    ${String(count)} times not: ${ids.join(', ')}${count > ids.length ? ', ...' : ''}`;
