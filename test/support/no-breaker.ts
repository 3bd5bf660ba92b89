import type { FileConfigInput } from '../../src/config';

/** Faults are what most tests are about: those of one must not keep the jobs of the next from their channel. */
export const NO_BREAKER = { breakerSubmits: 1_000_000 } satisfies FileConfigInput['limits'];
