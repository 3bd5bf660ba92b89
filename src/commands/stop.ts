import { stopAll } from '../host/stop-all';
import { readFlags } from './flags';

/** Ends what a killed gateway left behind in a data folder. */
export async function stop(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {});
  const stopped = await stopAll(flags.data);
  const names = stopped.map(({ name, pid }) => `${name} (pid ${String(pid)})`);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ stopped })}\n`
      : `stopped: ${names.join(', ') || 'nothing was running'}\n`,
  );
  return 0;
}
