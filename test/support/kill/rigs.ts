import { startRig } from './rig';
import type { Rig, RigConfig } from './rig';

/** Lends at most `count` rigs at a time, each to one cell after the other; one whose cell failed is not used again. */
export interface Rigs {
  use<Result>(run: (rig: Rig) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

/** `own` is what the gateways are configured with, beside the default catalog. */
export function createRigs(count: number, own: RigConfig): Rigs {
  const idle: (Rig | undefined)[] = Array.from({ length: count });
  const waiting: (() => void)[] = [];
  const keepData = process.env['REELAY_KILL_KEEP'] === '1';
  const take = async (): Promise<Rig> => {
    while (idle.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const rig = idle.pop();
    try {
      return rig ?? (await startRig(own));
    } catch (error) {
      give(undefined);
      throw error;
    }
  };
  const give = (rig: Rig | undefined): void => {
    idle.push(rig);
    waiting.shift()?.();
  };
  return {
    async use(run) {
      const rig = await take();
      try {
        const result = await run(rig);
        give(rig);
        return result;
      } catch (error) {
        if (keepData) process.stderr.write(`kept ${rig.data}\n`);
        await rig.close({ keepData }).finally(() => give(undefined));
        throw error;
      }
    },
    async close() {
      await Promise.all(
        idle.flatMap((rig) => (rig === undefined ? [] : [rig.close({ keepData: false })])),
      );
    },
  };
}
