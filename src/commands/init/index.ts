import { Option } from '@commander-js/extra-typings';
import { exits, newCommand } from '../kit/command';
import { EXIT } from '../kit/exit-codes';
import { jsonOption } from '../kit/options';
import { commaList, UsageError } from '../kit/values';
import { ACCOUNT_NAMES } from './accounts';
import type { Questions } from './ask';
import { checked, publicUrlProblem, readAccounts, readPoints, variableProblem } from './problems';
import type { InitReport } from './run';

/** The path that the gateway reads without being told. */
const USUAL_CONFIG = 'reelay.config.json';

/** Makes `reelay init`, which writes a first reelay.config.json from questions or flags. */
export const init = () =>
  newCommand({
    name: 'init',
    summary: 'write a first reelay.config.json',
    description:
      'Asks for what a first reelay.config.json needs and writes it, with comments. It never asks for a key: the file ' +
      'names the environment variable that holds it. With --yes nobody is asked, and what no flag says is the default.',
    examples: [
      'reelay init',
      'reelay init --provider ark --key-env ARK_API_KEY --yes',
      'reelay init --provider ark-international,kling --yes',
    ],
  })
    .option('--config <path>', 'the file', USUAL_CONFIG)
    .addOption(
      new Option(
        '--provider <names>',
        `whose videos: one or several of ${ACCOUNT_NAMES.join(', ')}; ark is Volcengine in mainland China, ark-international BytePlus`,
      ).argParser(readAccounts),
    )
    .option(
      '--key-env <name>',
      "environment variable with the API key, or with a pair's access key",
      checked('key-env', variableProblem),
    )
    .option(
      '--secret-key-env <name>',
      "environment variable with a pair's secret key",
      checked('secret-key-env', variableProblem),
    )
    .option('--models <names>', 'which models callers get; all if missing', commaList)
    .option(
      '--points <amounts>',
      'points for each video: 25, or seedance-2.0=25,seedance-2.5=60',
      readPoints,
    )
    .option(
      '--public-url <url>',
      'where callers and providers reach this gateway',
      checked('public-url', publicUrlProblem),
    )
    .option('--yes', 'ask nothing')
    .option('--force', 'write over a file that is there')
    .addOption(jsonOption())
    .action(
      exits(async ({ config, yes, force, json, ...given }) => {
        const [{ withDefaults }, { runInit }] = await Promise.all([
          import('./answers.js'),
          import('./run.js'),
        ]);
        // A mistake in the flags is said before anybody is asked anything.
        if (given.provider !== undefined || yes) withDefaults(given);
        const isUsual = config === USUAL_CONFIG;
        const questions = yes ? undefined : await terminal();
        const plan = { config, isUsual, force: force === true, given, questions };
        const report = await runInit(plan);
        process.stdout.write(json ? `${JSON.stringify(report)}\n` : wordsOf(report));
        return EXIT.ok;
      }),
    );

async function terminal(): Promise<Questions> {
  if (process.stdin.isTTY && process.stdout.isTTY) {
    return (await import('./questions.js')).terminalQuestions();
  }
  throw new UsageError(
    'there is no terminal to ask at: say --yes, and by flags what is no default',
  );
}

const wordsOf = ({ written, next }: InitReport): string =>
  `${written} is written. Next:\n\n${next.map((line) => `  ${line}\n`).join('')}\n`;
