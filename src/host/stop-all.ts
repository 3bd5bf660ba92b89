import { stopChild } from './children';
import type { StopResult } from './children';
import { readRun } from './run-file';
import { STOP_ORDER } from './stop-steps';

export interface StoppedProcess {
  name: string;
  pid: number;
  how: Exclude<StopResult, 'gone'>;
}

/**
 * Ends everything that runs on a data folder, users before what they use: gateway, simulator, engine, Postgres. A
 * gateway that is alive stops its own children; what a killed one left is stopped here. Answers what was stopped,
 * nothing when nothing ran. Never ends the process that calls it. Repeatable.
 */
export async function stopAll(data: string): Promise<StoppedProcess[]> {
  const stopped: StoppedProcess[] = [];
  for (const name of STOP_ORDER) {
    // Read one by one: a gateway that ends in order removes the files of its children.
    const run = readRun(data, name);
    if (!run || run.pid === process.pid) continue;
    const how = await stopChild(data, run);
    if (how !== 'gone') stopped.push({ name, pid: run.pid, how });
  }
  return stopped;
}
