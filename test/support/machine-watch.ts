import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Says when the machine stood still during a run. */
export interface MachineWatch {
  /** Ends the watch. Returns a line for each time at which a timer or a write was late by more than a second. */
  end(): Promise<string[]>;
}

export function watchMachine(folder: string): MachineWatch {
  const child = fork(join(__dirname, 'machine-clock.cjs'), [folder], { stdio: 'inherit' });
  child.unref();
  return {
    async end() {
      if (!child.connected) return ['the watch of the machine ended before the run'];
      const told = once(child, 'message');
      child.send('end');
      // The child sends the lines that it noted and nothing else.
      const [notes] = (await told) as [string[]];
      return notes;
    },
  };
}
