import { staleness } from './freshness.mjs';

/** Builds only when sources are newer than dist/; says why. */
const reason = staleness();
if (reason) {
  process.stderr.write(`building: ${reason}\n`);
  await import('./build.mjs');
}
