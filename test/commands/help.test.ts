import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT } from '../../src/commands/kit/exit-codes';
import { commandsOf, helpOf, render, wholeProgram } from '../support/commands-page';

/**
 * What is said of commands. With REELAY_COMMANDS_PAGE=1 (`npm run commands`) docs/commands.md is written anew; a flag that
 * comes or goes shows there, and in the table below.
 */
const PAGE = join(__dirname, '../../docs/commands.md');
const METRICS = ['--metrics-port', '--metrics-host'];
const LISTENS = ['--port', '--host', '--allow-callbacks-to', '--data'];

/** Every command with the flags that it has, `--help` aside. */
const FLAGS: Readonly<Record<string, readonly string[]>> = {
  'reelay start': [
    ...LISTENS,
    '--temporal-port',
    '--temporal-ui-port',
    ...METRICS,
    '--sdk-metrics-port',
    '--json',
  ],
  'reelay api': [...LISTENS, ...METRICS, '--json'],
  'reelay worker': [
    '--health-port',
    '--host',
    '--allow-callbacks-to',
    '--data',
    ...METRICS,
    '--sdk-metrics-port',
    '--json',
  ],
  'reelay migrate': ['--json'],
  'reelay stop': ['--data', '--json'],
  'reelay try': ['--channel', '--json'],
  'reelay config': [],
  'reelay config check': ['--json'],
  'reelay ledger': [],
  'reelay ledger check': ['--data', '--json'],
  'reelay secrets': [],
  'reelay secrets new': ['--data', '--json'],
  'reelay secrets reseal': ['--data', '--json'],
  'reelay init': [
    '--config',
    '--provider',
    '--key-env',
    '--secret-key-env',
    '--models',
    '--points',
    '--public-url',
    '--yes',
    '--force',
    '--json',
  ],
  'reelay version': [],
  'reelay demo': ['--polls', '--provider', '--fault', ...LISTENS, '--json'],
  'reelay simulator': ['--port', '--data', '--json'],
  'reelay bench': [],
  'reelay bench figures': ['--quick', '--write', '--json'],
  'reelay bench account': [
    '--jobs',
    '--minutes',
    '--requests-per-minute',
    '--jobs-per-look',
    '--json',
  ],
  'reelay bench bombs': ['--json'],
  'reelay bench held': ['--requests', '--seconds', '--json'],
  'reelay bench million': ['--jobs', '--calls', '--json'],
  'reelay bench page': ['--json'],
  'reelay bench streams': ['--streams', '--json'],
};

test('every command is in the table, with exactly its flags', async () => {
  const shown = commandsOf(await wholeProgram()).map(({ path, command }) => [
    path,
    command.options.map(({ long }) => long),
  ]);
  expect(Object.fromEntries(shown)).toEqual(FLAGS);
});

test.each(Object.keys(FLAGS))(
  'the help of %s says each flag with what it is for and its default, and shows an example',
  async (wanted) => {
    const found = commandsOf(await wholeProgram()).find(({ path }) => path === wanted);
    if (!found) throw new Error('it is missing');
    const help = helpOf(found.command);
    expect(help).toMatch(new RegExp(`^Usage: ${wanted} `));
    for (const { flags, description, defaultValue } of found.command.options) {
      expect(help).toContain(flags);
      expect(description).not.toBe('');
      // A flag that is always there in effect says how it is.
      const line = help.slice(help.indexOf(flags)).split('\n  -')[0] ?? '';
      expect([flags, /\(default: /.test(line)]).toEqual([flags, defaultValue !== undefined]);
    }
    expect(help).toMatch(new RegExp(`Example:\n  .*${wanted.split(' ').slice(0, 2).join(' ')}`));
  },
);

test('the help of reelay names every command, and every exit code', async () => {
  const program = await wholeProgram();
  const help = helpOf(program);
  for (const { name } of program.commands.map((command) => ({ name: command.name() }))) {
    expect(help).toMatch(new RegExp(`^  ${name} `, 'm'));
  }
  for (const code of Object.values(EXIT)) expect(help).toMatch(new RegExp(`\\b${code} `));
});

test('docs/commands.md says what the helps say, and every exit code', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const rendered = render(page, await wholeProgram());
  if (process.env['REELAY_COMMANDS_PAGE'] === '1') writeFileSync(PAGE, rendered);
  else expect(page).toBe(rendered);
  for (const code of Object.values(EXIT)) expect(rendered).toContain(`| ${code} |`);
});
