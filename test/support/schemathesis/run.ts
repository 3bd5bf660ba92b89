import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One run of Schemathesis on a part of the document. */
export interface Run {
  /** The folder that Schemathesis is installed in. */
  installed: string;
  /** The folder that the report is written into. */
  folder: string;
  /** Origin of the gateway. */
  api: string;
  /** A key with every scope. */
  key: string;
  /** Names the part and its report: `most`. */
  name: string;
  /** Which operations: `--exclude-operation-id`, `x`. */
  select: readonly string[];
  phases: string;
  /** Cases for each operation and phase, at most. */
  examples: number;
  seed: number;
  /** Milliseconds after which it is ended. */
  timeoutMs: number;
}

const DOCUMENT = join(__dirname, '../../../src/http/openapi.json');
const CONFIG = join(__dirname, 'schemathesis.toml');

/** Runs Schemathesis to its end, its words on stderr, and returns the text of its JSON report. Throws where there is none. */
export async function runSchemathesis(run: Run): Promise<string> {
  const report = join(run.folder, `${run.name}.json`);
  const args = [
    ...['-m', 'schemathesis.cli', '--config-file', CONFIG, 'run', DOCUMENT, '--url', run.api],
    ...['--phases', run.phases, '--max-examples', String(run.examples), '--seed', String(run.seed)],
    ...['--checks', 'all', '--continue-on-failure', '--generation-database', 'none'],
    ...['--report', 'json', '--report-json-path', report, '--no-color', ...run.select],
  ];
  const child = spawn('python3', args, {
    cwd: run.folder,
    env: {
      PATH: process.env['PATH'],
      HOME: run.folder,
      PYTHONPATH: run.installed,
      PYTHONDONTWRITEBYTECODE: '1',
      REELAY_KEY: run.key,
    },
    stdio: ['ignore', process.stderr, process.stderr],
    timeout: run.timeoutMs,
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  // 1 = it has found something, which the report tells.
  if (code !== 0 && code !== 1) throw new Error(`schemathesis ended with ${String(code)}`);
  return readFileSync(report, 'utf8');
}
