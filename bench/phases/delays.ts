import { request } from 'undici';
import { z } from 'zod';
import type { EndedJob } from '../children/callers';
import { spreadOf } from '../math/statistics';
import type { Spread } from '../math/statistics';
import type { Plan } from '../plan';
import { allWell, createsOf } from './context';
import type { Context } from './context';
import { waitQuiet } from './quiet';

/** How long after a job's end at its provider the gateway knows it, and its caller does. */
export interface DelayFigures {
  jobs: number;
  per_s: number;
  end_to_settled_ms: Spread;
  end_to_callback_ms: Spread;
}

/** A job takes so long at its provider. */
const SECONDS = 2;
const SECOND_MS = 1_000;
/** The end of a job is seen with this resolution. */
const SEEN_EVERY_MS = 5;
const TAG = 'delays';

export async function measureDelays(
  { gateway, callers, receiver }: Context,
  plan: Plan['delays'],
): Promise<DelayFigures> {
  const { url } = await receiver.ask({ kind: 'url' });
  await receiver.ask({ kind: 'arrivals' });
  const { jobs } = allWell(
    await callers.ask(
      createsOf(gateway, {
        pace: { kind: 'open', ...plan },
        seconds: SECONDS,
        callbackUrl: url,
        untilEnded: { everyMs: SEEN_EVERY_MS },
        tag: TAG,
      }),
    ),
    'delays',
  );
  await waitQuiet(gateway);
  const { arrivals } = await receiver.ask({ kind: 'arrivals' });
  const ends = await providerEnds(gateway.simulatorUrl);
  return { per_s: plan.perSecond, ...delaysOf(jobs, ends, arrivals) };
}

/**
 * The delays of jobs, from three clocks' readings of one machine: `ends` by the number of a job's create, `arrivals` by
 * its id. Throws where a job has no end at the provider or no callback: a lost one is no small delay.
 */
export function delaysOf(
  jobs: readonly EndedJob[],
  ends: ReadonlyMap<number, number>,
  arrivals: Readonly<Record<string, number>>,
): Omit<DelayFigures, 'per_s'> {
  const rows = jobs.map(({ n, id, endedAt }) => {
    const end = ends.get(n);
    const arrivedAt = arrivals[id];
    if (end === undefined) throw new Error(`the provider knows no job of create ${String(n)}`);
    if (arrivedAt === undefined) throw new Error(`no callback came for ${id}`);
    return { settledMs: endedAt - end, callbackMs: arrivedAt - end };
  });
  return {
    jobs: rows.length,
    end_to_settled_ms: spreadOf(rows.map(({ settledMs }) => settledMs)),
    end_to_callback_ms: spreadOf(rows.map(({ callbackMs }) => callbackMs)),
  };
}

const simulatedSchema = z.object({
  jobs: z.array(z.object({ prompt: z.string(), created_at: z.number() })),
});

/** Returns when each job ended at the simulated provider, in Unix milliseconds, by the number in its prompt. */
async function providerEnds(simulatorUrl: string): Promise<Map<number, number>> {
  const reply = await request(`${simulatorUrl}/_sim/jobs?contains=${TAG}`);
  const { jobs } = simulatedSchema.parse(await reply.body.json());
  return new Map(
    jobs.map(({ prompt, created_at }) => [
      Number(/(\d+) \[\[/.exec(prompt)?.[1]),
      created_at + SECONDS * SECOND_MS,
    ]),
  );
}
