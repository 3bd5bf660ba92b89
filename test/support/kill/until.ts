import { setTimeout as sleep } from 'node:timers/promises';
import { reasonOf } from '../../../src/host/reason';

const EVERY_MS = 50;

/** Asks again until there is an answer, also through errors, since what is asked may just be dead. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let problem = ''; ; await sleep(EVERY_MS)) {
    try {
      const found = await ask();
      if (found !== undefined) return found;
      problem = '';
    } catch (error) {
      problem = ` (${reasonOf(error)})`;
    }
    if (Date.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms in vain for ${what}${problem}`);
  }
}
