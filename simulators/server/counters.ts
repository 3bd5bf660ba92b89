import type { Simulation } from '../contract';
import type { Jobs } from './jobs';
import type { Limits } from './limits';
import type { Scope } from './tallies';

interface Counted {
  jobs: Jobs;
  limits: Limits;
  simulations: Readonly<Record<string, Simulation>>;
  now: number;
}

/** Counts everything the simulator remembers. A submit counts as seen once its body was found in order. */
export function count(counted: Counted): Record<string, unknown> {
  const prompts = [...counted.jobs.prompts()];
  const records = [...counted.jobs.all()];
  const total = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
    items.reduce((sum, item) => sum + of(item), 0);
  return {
    jobs: records.length,
    submits_seen: total(prompts, ([, counts]) => counts.seen),
    submits_accepted: total(prompts, ([, counts]) => counts.accepted),
    submits_accepted_max_per_prompt: Math.max(0, ...prompts.map(([, counts]) => counts.accepted)),
    gets: total(records, (record) => record.gets),
    deletes: total(records, (record) => record.deletes),
    callbacks: total(records, (record) => record.callbacks),
    at_once_max: Object.fromEntries(atOnceMax(counted.jobs)),
    by_prompt: Object.fromEntries(
      prompts.map(([prompt, { seen, accepted }]) => [prompt, { seen, accepted }]),
    ),
    providers: Object.fromEntries(
      Object.keys(counted.simulations).map((provider) => [provider, atOnce(provider, counted)]),
    ),
  };
}

/** Gives, by provider, the most jobs of one account that were under way at once. */
function atOnceMax({ underWay }: Jobs): ReadonlyMap<string, number> {
  const most = new Map<string, number>();
  for (const { provider, account, model } of underWay.scopes()) {
    if (account === undefined || model !== undefined) continue;
    const peak = underWay.peak({ provider, account });
    most.set(provider, Math.max(peak, most.get(provider) ?? 0));
  }
  return most;
}

/**
 * Counts the jobs at once of one provider: under way now, and at most since the start or since
 * `DELETE /_sim/peaks`; its requests, and what its limits have refused, since then.
 */
function atOnce(provider: string, { jobs, limits, now }: Counted): Record<string, unknown> {
  const { underWay } = jobs;
  const figures = (scope: Scope): Record<string, number> => ({
    underWay: underWay.count(scope, now),
    peak: underWay.peak(scope),
  });
  const scopes = underWay.scopes().filter((scope) => scope.provider === provider);
  return {
    ...figures({ provider }),
    requests: limits.requests(provider),
    ...limits.refusals({ provider }),
    models: Object.fromEntries(
      [...new Set(scopes.flatMap(({ model }) => model ?? []))].map((model) => {
        const { refusedByLimit } = limits.refusals({ provider, model });
        return [model, { ...figures({ provider, model }), refusedByLimit }];
      }),
    ),
    accounts: Object.fromEntries(
      [...new Set(scopes.flatMap(({ account }) => account ?? []))].map((account) => [
        account,
        figures({ provider, account }),
      ]),
    ),
  };
}
