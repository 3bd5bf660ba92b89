import { z } from 'zod';
import { readId } from '../src/core/job/ids';
import type { Job } from '../src/core/job/job';
import { formatPoints } from '../src/core/money/pricing';
import type { LocalGateway } from '../src/run/local';
import { exchangeJson } from './http-client';

/**
 * Gathers what a job left behind, each figure from whoever knows it: events from the engine, looks and submits from the
 * simulator, provider, model, usage and ledger from the database. Throws for what is no id of a job.
 */
export async function bookkeeping(gateway: LocalGateway, id: string) {
  const { base, workspaceId } = gateway;
  const job = await base.store.jobs.load(readId(id) ?? '');
  if (!job) throw new Error(`${id} is not the id of a job`);
  const { id: jobId, provider, model } = job;
  const seen = await atSimulator(gateway, job);
  const usage = await base.store.ledger.usageOf(workspaceId, jobId);
  const entries = await base.store.ledger.entriesOf(workspaceId, jobId);
  const sum = (pot: 'available' | 'held' | 'spent', kinds: readonly string[]): bigint =>
    entries
      .filter(({ kind }) => kinds.includes(kind))
      .reduce((total, entry) => total + entry[pot], 0n);
  const all = ['hold', 'settle', 'release', 'refund'];
  const nets = [sum('held', all), sum('available', all) + sum('spent', all)];
  return {
    ...{ provider, model },
    polls: seen.gets,
    history_events: await historyEvents(gateway, id),
    provider_submits: seen.submits_accepted,
    usage_rows: usage.length,
    usage: { tokens: usage[0]?.tokens ?? 0, seconds: usage[0]?.seconds ?? 0 },
    ledger: {
      held: formatPoints(sum('held', ['hold'])),
      settled: formatPoints(sum('spent', ['settle'])),
      released: formatPoints(sum('available', ['settle', 'release'])),
      balanced: nets.every((net) => net === 0n),
    },
  };
}

/** Counts the events once the run is closed, which is a moment after its settle is visible to callers. */
async function historyEvents(gateway: LocalGateway, workflowId: string): Promise<number> {
  const handle = gateway.base.client.workflow.getHandle(workflowId);
  // A job that ended without a video ends its run as failed; only the count matters here.
  await handle.result().catch(() => undefined);
  return (await handle.describe()).historyLength;
}

const seenSchema = z.object({ total: z.number(), jobs: z.array(z.object({ gets: z.number() })) });

/** Asks the simulator by the prompt, since a job whose submit got no answer has no id of the provider. */
async function atSimulator(
  { simulator }: LocalGateway,
  { applied }: Pick<Job, 'applied'>,
): Promise<{ gets: number; submits_accepted: number }> {
  if (!simulator) return { gets: 0, submits_accepted: 0 };
  const prompt = encodeURIComponent(applied.prompt);
  const url = `${simulator.origin}/_sim/jobs?contains=${prompt}`;
  const seen = seenSchema.parse(await exchangeJson({ method: 'GET', url }));
  return {
    gets: seen.jobs.reduce((sum, { gets }) => sum + gets, 0),
    submits_accepted: seen.total,
  };
}
