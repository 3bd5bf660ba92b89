import { main } from '../../src/main';
import { loadPart } from '../support/commands-page';

/** A mistake on the command line is one sentence that names what is allowed; nothing is loaded, and nothing starts. */

let out = '';
let err = '';
beforeEach(() => {
  out = '';
  err = '';
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text);
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text);
    return true;
  });
});
afterEach(() => jest.restoreAllMocks());

const PORTS = 'takes a whole number from 0 to 65535, not';
const MISTAKES: [line: string, sentence: string][] = [
  ['stat', 'reelay: there is no command "stat"; did you mean "start"? (start, api,'],
  ['toString', 'reelay: there is no command "toString" (start, api,'],
  ['help nonsense', 'reelay: there is no command "nonsense" (start, api,'],
  ['start --prot 1', "reelay start: unknown option '--prot' (Did you mean --port?)"],
  ['start more', "reelay start: too many arguments for 'start'."],
  ['start --port', "reelay start: option '--port <port>' argument missing"],
  ['start --port many', `reelay start: --port ${PORTS} "many"`],
  ['start --port 65536', `reelay start: --port ${PORTS} "65536"`],
  ['start --port=-1', `reelay start: --port ${PORTS} "-1"`],
  ['start --port 1 --port=2', 'reelay start: --port is said twice'],
  ['init --provider ark --yes --provider kling', 'reelay init: --provider is said twice'],
  ['start --temporal-port 1.5', `reelay start: --temporal-port ${PORTS} "1.5"`],
  ['start --temporal-ui-port x', `reelay start: --temporal-ui-port ${PORTS} "x"`],
  ['api --metrics-port x', `reelay api: --metrics-port ${PORTS} "x"`],
  ['api --sdk-metrics-port 1', "reelay api: unknown option '--sdk-metrics-port'"],
  ['worker --health-port x', `reelay worker: --health-port ${PORTS} "x"`],
  ['worker --port 8080', "reelay worker: unknown option '--port'"],
  ['worker --sdk-metrics-port 9465', 'reelay worker: --sdk-metrics-port needs --metrics-port'],
  [
    'worker --metrics-port 1 --sdk-metrics-port 0',
    'reelay worker: --sdk-metrics-port takes a port, not 0',
  ],
  ['migrate --host localhost', "reelay migrate: unknown option '--host'"],
  ['stop --port 8080', "reelay stop: unknown option '--port'"],
  ['version --json', "reelay version: unknown option '--json'"],
  ['demo --polls 0', 'reelay demo: --polls takes a whole number from 1 to 500, not "0"'],
  ['demo --fault no-such', 'reelay demo: --fault takes one of: '],
  ['simulator --host ::', "reelay simulator: unknown option '--host'"],
  [
    'bench nonsense',
    'reelay bench: there is no command "nonsense" (figures, account, bombs, held, million, page, streams)',
  ],
  ['bench --qick', "reelay bench: unknown option '--qick' (Did you mean --quick?)"],
  ['bench --write before', 'reelay bench: --write takes a name with a number, such as before-1'],
  [
    'bench held --requests 0',
    'reelay bench held: --requests takes a whole number from 1 to 5000, not "0"',
  ],
  [
    'bench account --jobs 1',
    'reelay bench account: --jobs takes a whole number from 120 to 100000, not "1"',
  ],
];

test.each(MISTAKES)('reelay %s', async (line, sentence) => {
  expect(await main(line.split(' '), loadPart)).toBe(2);
  expect(err).toMatch(/^[^\n]+\n$/);
  expect(err.startsWith(sentence) || err).toBe(true);
  expect(out).toBe('');
});

test.each([[''], ['help'], ['--help'], ['-h']])(
  'reelay %s is the list of the commands, on stdout',
  async (line) => {
    expect(await main(line === '' ? [] : [line], loadPart)).toBe(0);
    expect(out).toMatch(/^Usage: reelay <command>[^]*\n {2}simulator /);
    expect(err).toBe('');
  },
);

test.each([
  ['help bench held', 'bench held --help'],
  ['help start', 'start -h'],
])('reelay %s is reelay %s', async (one, other) => {
  expect(await main(one.split(' '), loadPart)).toBe(0);
  const said = out;
  out = '';
  expect(await main(other.split(' '), loadPart)).toBe(0);
  expect(out).toBe(said);
  expect(said).toContain('--json');
});

test.each(['demo', 'simulator', 'bench'])(
  'reelay %s says in one sentence that this installation lacks it, whatever its flags',
  async (name) => {
    expect(await main([name, '--json', '--help'], async () => undefined)).toBe(1);
    expect(err).toMatch(
      new RegExp(`^reelay ${name}: this installation has no ${name}s? folder; a clone of the`),
    );
    expect(out).toBe('');
  },
);
