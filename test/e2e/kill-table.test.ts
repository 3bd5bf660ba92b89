import { randomBytes } from 'node:crypto';
import { reasonOf } from '../../src/host/reason';
import { CELLS } from '../support/kill/cells';
import type { Cell } from '../support/kill/cell';
import { PROVIDER_CONFIG } from '../support/kill/provider-stages';
import { writeReport } from '../support/kill/report';
import type { Row } from '../support/kill/report';
import { record } from '../support/report';
import { createRigs } from '../support/kill/rigs';
import { runCell } from '../support/kill/run-cell';

/**
 * The kill table: at every step of a job each process dies by SIGKILL or freezes past its deadlines, and afterwards the
 * job has one end, one render, one bill, one told event and a kept result. REELAY_KILL_ROUNDS repeats the table,
 * REELAY_KILL_RIGS says how many gateways run at a time.
 */
const ROUNDS = Number(process.env['REELAY_KILL_ROUNDS'] ?? 1);
const RIGS = Number(process.env['REELAY_KILL_RIGS'] ?? 3);
/** Includes the wait for a free gateway. */
const CELL_MS = 600_000;

const rigs = createRigs(RIGS, PROVIDER_CONFIG);
const rows: Row[] = [];
/** Written after each cell, so that a run that is cut off leaves what it found. */
const note = (row: Row): void => {
  rows.push(row);
  writeReport(rows, TABLE.length);
};

afterAll(() => rigs.close(), CELL_MS);

const TABLE = Array.from({ length: ROUNDS }, (_, round) =>
  CELLS.map((cell): [string, Cell, number] => [
    ROUNDS === 1 ? cell.name : `${cell.name} (round ${round + 1})`,
    cell,
    round + 1,
  ]),
).flat();

test.concurrent.each(TABLE)(
  'nothing is lost or doubled with %s',
  async (_, cell, round) => {
    const { name } = cell;
    try {
      const result = await rigs.use((rig) => runCell(rig, cell, randomBytes(6).toString('hex')));
      const outcome = result.wrong.length === 0 ? 'held' : 'broken';
      note({ name, round, outcome, ...result });
      expect(result.wrong).toEqual([]);
      record('kill-table', name, cell.ends.join(' or '));
    } catch (error) {
      if (!rows.some((row) => row.name === name && row.round === round)) {
        note({ name, round, outcome: 'broken', problem: reasonOf(error) });
      }
      throw error;
    }
  },
  CELL_MS,
);
