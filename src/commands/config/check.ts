import { exits, newCommand } from '../kit/command';
import { EXIT } from '../kit/exit-codes';
import { jsonOption } from '../kit/options';

/** Makes `reelay config check`, which says everything that is wrong with a config, and what it offers. */
export const check = () =>
  newCommand({
    name: 'check',
    summary: 'say all that is wrong or odd, with its line, and what is offered',
    description:
      'Reads the config as a start would, says all that is wrong or odd with its line, and what is offered to callers. Starts nothing and asks nobody. Ends with 1 where a start would refuse it.',
    examples: ['reelay config check', 'reelay config check deploy/reelay.config.json --json'],
  })
    .argument('[file]', 'the file; without it the one of REELAY_CONFIG, or reelay.config.json')
    .addOption(jsonOption())
    .action(
      exits(async (file, { json }) => {
        const [{ checkConfig }, { reportText }] = await Promise.all([
          import('../../run/config-check.js'),
          import('./report.js'),
        ]);
        const report = checkConfig({ file }, Date.now());
        process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report));
        return report.ok ? EXIT.ok : EXIT.failed;
      }),
    );
