import { rmSync } from 'node:fs';
import type { RunningEngine } from '../../src/engine/launcher';

export default async function globalTeardown(): Promise<void> {
  // Set by globalSetup in this very process.
  const { reelayTestEngine } = globalThis as unknown as {
    reelayTestEngine?: { engine: RunningEngine; data: string };
  };
  if (!reelayTestEngine) return;
  await reelayTestEngine.engine.stop();
  rmSync(reelayTestEngine.data, { recursive: true, force: true });
}
