import { exits, newCommand } from '../src/commands/kit/command';
import { jsonOption } from '../src/commands/kit/options';
import { wholeNumber } from '../src/commands/kit/values';
import { reportName } from './page/name';

/** Measurements that a person asks for; each starts what it needs, stops it, and prints one JSON object. */
export const command = () =>
  newCommand({
    name: 'bench',
    description: 'Measures. Without a name it is "figures".',
    examples: ['reelay bench --quick', 'reelay bench held --requests 200 --json'],
  })
    .usage('[name] [options]')
    .addCommand(figures(), { isDefault: true })
    .addCommand(account())
    .addCommand(bombs())
    .addCommand(held())
    .addCommand(million())
    .addCommand(page())
    .addCommand(streams());

const figures = () =>
  newCommand({
    name: 'figures',
    summary: 'the figures of docs/performance.md',
    description: 'Measures the figures of docs/performance.md, each a ratio within one run.',
    examples: ['reelay bench --quick', 'reelay bench --write before-1'],
  })
    .option('--quick', 'a short run, whose figures are not to be kept')
    .option(
      '--write <name>',
      'keep the report as docs/performance/<name>.json and write that page anew',
      reportName,
    )
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const { benchFigures } = await import('./figures.js');
        return benchFigures(options);
      }),
    );

/** So many jobs end while the account is measured, and as many at least run on. */
const ACCOUNT_JOBS_MIN = 120;

const account = () =>
  newCommand({
    name: 'account',
    summary: 'many jobs on one account of few requests a minute',
    description:
      'Runs a thousand jobs on one account of 60 requests a minute: what calls it sees, and how late callers learn.',
    examples: ['reelay bench account --jobs 200 --minutes 2 --json'],
  })
    .option(
      '--jobs <number>',
      'how many run',
      wholeNumber('jobs', ACCOUNT_JOBS_MIN, 100_000),
      1_000,
    )
    .option('--minutes <number>', 'how long it is measured', wholeNumber('minutes', 2, 120), 6)
    .option(
      '--requests-per-minute <number>',
      'what the account takes',
      wholeNumber('requests-per-minute', 1, 100_000),
      60,
    )
    .option(
      '--jobs-per-look <number>',
      'how many one call looks at; as many as the provider takes if missing',
      wholeNumber('jobs-per-look', 1, 50),
    )
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const { benchAccount } = await import('./account/index.js');
        return benchAccount(options);
      }),
    );

const bombs = () =>
  newCommand({
    name: 'bombs',
    summary: 'what requests that attack a gateway cost it',
    description:
      'Sends a gateway what would end it or hold it up, and says what each attack costs it and other callers.',
    examples: ['reelay bench bombs --json'],
  })
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const { benchBombs } = await import('./bombs/index.js');
        return benchBombs(options);
      }),
    );

const held = () =>
  newCommand({
    name: 'held',
    summary: 'many requests that wait for their videos at once',
    description: 'Lets one process hold many requests at once, each until its own video is there.',
    examples: ['reelay bench held --requests 200 --json'],
  })
    .option('--requests <number>', 'how many', wholeNumber('requests', 1, 5_000), 1_000)
    .option('--seconds <number>', 'how long a job takes', wholeNumber('seconds', 1, 240), 45)
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const { benchHeld } = await import('./held.js');
        return benchHeld(options);
      }),
    );

const MILLION = 1_000_000;

const million = () =>
  newCommand({
    name: 'million',
    summary: 'calls and sweeps beside a million finished jobs',
    description:
      'Compares calls of a workspace with a million finished jobs with those of an empty one, and the sweep before and after.',
    examples: ['reelay bench million --jobs 100000 --json'],
  })
    .option(
      '--jobs <number>',
      'how many finished jobs',
      wholeNumber('jobs', 1, 100 * MILLION),
      MILLION,
    )
    .option('--calls <number>', 'how many calls of each kind', wholeNumber('calls', 1, 1_000), 50)
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const { benchMillion } = await import('./million/index.js');
        return benchMillion(options);
      }),
    );

const page = () =>
  newCommand({
    name: 'page',
    summary: 'write docs/performance.md from the reports that are kept',
    description: 'Writes docs/performance.md from the reports that are kept, and measures nothing.',
    examples: ['reelay bench page'],
  })
    .addOption(jsonOption())
    .action(
      exits(async () => {
        const { benchPage } = await import('./page/write.js');
        return benchPage();
      }),
    );

/** Each of the videos that are made has a reader, and one key may have no more streams open (limits.eventStreamsPerKey). */
const STREAMS = { least: 20, most: 600 };

const streams = () =>
  newCommand({
    name: 'streams',
    summary: 'many streams of events at one API process',
    description:
      'Holds many streams of events open at one API process, of videos and then of a workspace: memory of each, event loop, and how late events arrive.',
    examples: ['reelay bench streams --streams 100 --json'],
  })
    .option(
      '--streams <number>',
      'how many at once',
      wholeNumber('streams', STREAMS.least, STREAMS.most),
      500,
    )
    .addOption(jsonOption())
    .action(
      exits(async (options) => {
        const { benchStreams } = await import('./streams/index.js');
        return benchStreams(options);
      }),
    );
