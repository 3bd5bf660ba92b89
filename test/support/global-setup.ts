import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import { launchEngine } from '../../src/engine/launcher';
import { claimDataFolder } from '../../src/host/data-folder';
import { watchMachine } from './machine-watch';

/**
 * One real Temporal server for the whole run; every test file brings its own namespace, database and gateway.
 * The build is made first, because commands and the workflow bundle are tested as they ship.
 */
export default async function globalSetup(): Promise<void> {
  const startedAt = Date.now();
  const built = spawnSync(process.execPath, ['scripts/build-if-stale.mjs'], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error('the build failed; run: npm run build');
  const data = mkdtempSync(join(tmpdir(), 'reelay-tests-'));
  chmodSync(data, 0o711);
  await claimDataFolder(data);
  const config = readConfig();
  const engine = await launchEngine({
    data,
    cache: config.cacheFolder,
    namespace: 'reelay-tests',
    environment: config.childEnvironment,
    say: (line: string) => process.stderr.write(`${line}\n`),
  });
  process.env['REELAY_TEST_ENGINE'] = engine.address;
  process.env['REELAY_TEST_ENGINE_UI'] = engine.uiUrl ?? '';
  const watch = watchMachine(data);
  Object.assign(globalThis, { reelayTestEngine: { engine, data, startedAt, watch } });
}
