import { TABLES } from './report';
import type { Cases, Report, Table } from './report';

/** docs/guarantees.md: the promises, the cases that were run for each, and what came of them. */

const ABOUT: Record<Table, { title: string; file: string; text: string }> = {
  'kill-table': {
    title: 'Kill table',
    file: 'test/e2e/kill-table.test.ts',
    text:
      'Engine, database, API, worker and provider are processes of their own; one or all of them die by SIGKILL or ' +
      'freeze at a named point. In every case the job ends, the provider accepted at most one submit, there is one ' +
      'usage row, one settle or release, one event id per event with at least one delivery, and a kept result. ' +
      '"lost" is the honest end of a submit whose answer nobody saw at a provider that cannot be asked: ' +
      '`submission_unknown`, not charged, told to operators, watched for a late word.',
  },
  'cancel-table': {
    title: 'Cancel table',
    file: 'test/e2e/cancel-table.test.ts',
    text:
      'State of the job, what the provider does, and the way in which the cancel came: DELETE, the Temporal UI ' +
      '(`cancel`, `terminate`) or a parent workflow. State and bill are what the provider says in the end, once, and ' +
      'no workflow task fails.',
  },
  deadlines: {
    title: 'Deadlines and outages of ours',
    file: 'test/e2e/deadlines.test.ts',
    text:
      'An outage of ours is never the job\u2019s fault, and a timeout is not the provider\u2019s verdict. What a ' +
      'provider says too late is booked as our cost.',
  },
  faults: {
    title: 'Faults of the provider',
    file: 'test/e2e/faults.test.ts',
    text: 'Everything that the simulated provider can do wrong; `npm run demo -- --fault <name>` shows each.',
  },
  events: {
    title: 'History events',
    file: 'test/e2e/events.test.ts',
    text: 'What each path costs in the engine. Two numbers where a look may be under way at that moment.',
  },
};

const PROMISES: readonly [name: string, text: string, tables: readonly Table[], more: string][] = [
  [
    'P1 One submit',
    'the provider never makes one job twice',
    ['kill-table', 'cancel-table', 'faults'],
    'test/e2e/creates.test.ts',
  ],
  [
    'P2 One bill',
    'one hold, one settle or release, one usage row',
    ['kill-table', 'cancel-table', 'deadlines', 'faults'],
    'test/store/settle.test.ts, test/store/invariants.test.ts',
  ],
  [
    'P3 Every job ends',
    'with a reason from a closed list',
    ['kill-table', 'deadlines', 'faults'],
    'test/e2e/sweep.test.ts',
  ],
  [
    'P4 Pinned',
    'routes, request and price are frozen on the row',
    ['deadlines'],
    'test/store/attempts.test.ts',
  ],
  ['P5 Nothing lost', 'kill -9 at any moment', ['kill-table'], 'test/e2e/supervised.test.ts'],
  [
    'P6 Bounded history',
    '23 events, however often it is looked at',
    ['events'],
    'test/replay.test.ts',
  ],
  [
    'P10 A minute to try',
    'one command, no keys, no cloud',
    ['faults'],
    'test/e2e/commands.test.ts',
  ],
];

/** The page with the tables of this run; the others stay as they are on the page until now. */
export function render(page: string, report: Report): string {
  const rows = Object.fromEntries(
    TABLES.map((table) => [table, linesOf(report[table]) ?? sectionOf(page, table)]),
  ) as Record<Table, string[]>;
  const count = (table: Table): string =>
    `[${ABOUT[table].title.toLowerCase()}](#${anchor(table)}) (${String(rows[table].length)})`;
  const promises = PROMISES.map(
    ([name, text, tables, more]) =>
      `| ${name}: ${text} | ${tables.map(count).join(', ')} | ${more} | held |`,
  );
  return [
    '# Guarantees',
    '',
    'Made by `npm run guarantees` from what the tests recorded after their assertions had held. A run that records',
    'anything else fails and names the difference.',
    '',
    '| promise | tables (cases) | more tests | outcome |',
    '|---|---|---|---|',
    ...promises,
    ...TABLES.flatMap((table) => section(table, rows[table])),
    '',
  ].join('\n');
}

const anchor = (table: Table): string => ABOUT[table].title.toLowerCase().replaceAll(' ', '-');

function section(table: Table, rows: string[]): string[] {
  const { title, file, text } = ABOUT[table];
  return ['', `## ${title}`, '', `${text} (\`${file}\`)`, '', ...HEAD, ...rows];
}

const HEAD = ['| case | outcome |', '|---|---|'];
const cell = (text: string): string => text.replaceAll('|', '\u00b7').replaceAll('\n', ' ');

function linesOf(cases: Cases | undefined): string[] | undefined {
  if (!cases) return undefined;
  return Object.entries(cases)
    .map(([name, outcome]) => `| ${cell(name)} | ${cell(outcome)} |`)
    .sort();
}

/** What the page says otherwise than the run; a run of a part of a table is compared with that part. */
export function differences(page: string, report: Report, isWhole: boolean): string[] {
  return TABLES.flatMap((table) => {
    const found = linesOf(report[table]);
    if (!found) return [];
    const said = sectionOf(page, table);
    const fresh = found.filter((line) => !said.includes(line)).map((line) => `${table}: + ${line}`);
    const gone = isWhole ? said.filter((line) => !found.includes(line)) : [];
    return [...fresh, ...gone.map((line) => `${table}: - ${line}`)];
  });
}

function sectionOf(page: string, table: Table): string[] {
  const [, after = ''] = page.split(`\n## ${ABOUT[table].title}\n`);
  const [body = ''] = after.split('\n## ');
  return body.split('\n').filter((line) => line.startsWith('| ') && !HEAD.includes(line));
}
