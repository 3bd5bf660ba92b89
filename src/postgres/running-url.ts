import { isSame } from '../host/processes';
import { readRun } from '../host/run-file';
import { urlOf } from './login';
import { readRecord } from './record';
import { APP, DATABASE } from './roles';
import { POSTGRES } from './server';

/**
 * Returns the URL of the database that a `start` on this data folder has brought and runs, for one who reads and writes rows;
 * undefined where none runs. Throws where the file with its passwords is damaged.
 */
export function runningUrlOf(data: string): string | undefined {
  const run = readRun(data, POSTGRES);
  const record = readRecord(data);
  if (!run || !record || !isSame(run)) return undefined;
  const { app: password } = record.passwords;
  return urlOf({ user: APP, password, port: run.port, database: DATABASE });
}
