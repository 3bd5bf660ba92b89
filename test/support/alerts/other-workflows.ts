import { sleep } from '@temporalio/workflow';

/** Workflows of a release that goes wrong. */

/** Takes another path than ours does, so that its histories do not replay on ours. */
export async function generateVideo(): Promise<void> {
  await sleep('1 day');
}

const BYTES = 5 * 1024 * 1024;

/** Answers with more than Temporal's connections carry, which is 4 MiB. */
export async function tooLarge(): Promise<string> {
  return Promise.resolve('x'.repeat(BYTES));
}
