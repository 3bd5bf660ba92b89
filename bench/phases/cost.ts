import { readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient } from '../../src/engine/connection';
import { logPath } from '../../src/host/log-file';
import { deliveryWorkflowId, keepWorkflowId } from '../../workflows/contract';
import { rounded } from '../math/statistics';
import { execute, withDatabase } from '../parts/database';
import type { Plan } from '../plan';
import { allWell, createsOf } from './context';
import type { Context } from './context';
import { waitQuiet } from './quiet';

/** What one job with a callback and a kept result asks of PostgreSQL and of the engine. */
export interface CostFigures {
  jobs: number;
  /** Every statement that reached the server, BEGIN and COMMIT too, without what the idle gateway asks. */
  statements_per_job: number;
  idle_statements_per_s: number;
  /** Events in the histories of all workflows that worked for a job. */
  events_per_job: number;
  workflows_per_job: number;
}

/** A job takes so long at its provider. */
const SECONDS = 1;
/** A look of each: enough to know what an idle gateway asks each second. */
const IDLE_MS = 4_000;

export async function measureCost(context: Context, plan: Plan['cost']): Promise<CostFigures> {
  const { gateway, callers, receiver, servers } = context;
  const { url } = await receiver.ask({ kind: 'url' });
  const order = createsOf(gateway, {
    pace: { kind: 'open', ...plan },
    seconds: SECONDS,
    callbackUrl: url,
    untilEnded: { everyMs: 100 },
    tag: 'cost',
  });
  await waitQuiet(gateway);
  await logStatements(servers.benchUrl('postgres'), true);
  const idle = await counted(servers.data, () => sleep(IDLE_MS));
  const busy = await counted(servers.data, async () => {
    const { jobs } = allWell(await callers.ask(order), 'cost');
    await waitQuiet(gateway);
    return jobs.map(({ id }) => id);
  });
  await logStatements(servers.benchUrl('postgres'), false);
  await receiver.ask({ kind: 'arrivals' });
  const jobs = busy.result.length;
  const idlePerMs = idle.statements / idle.ms;
  const histories = await historyLengths(context, busy.result);
  return {
    jobs,
    statements_per_job: rounded((busy.statements - idlePerMs * busy.ms) / jobs, 1),
    idle_statements_per_s: rounded(idlePerMs * 1_000, 1),
    events_per_job: rounded(histories.reduce((sum, length) => sum + length, 0) / jobs, 1),
    workflows_per_job: rounded(histories.length / jobs, 2),
  };
}

/** The server's own log counts exactly: no sampling, nothing merged, whichever way the driver sends it. */
async function logStatements(url: string, isOn: boolean): Promise<void> {
  await withDatabase(url, async (client) => {
    await client.query(`ALTER SYSTEM SET log_statement = ${isOn ? "'all'" : 'DEFAULT'}`);
    await client.query('SELECT pg_reload_conf()');
  });
  // Sessions hear of it before their next statement.
  await sleep(500);
}

async function counted<T>(
  data: string,
  run: () => Promise<T>,
): Promise<{ result: T; statements: number; ms: number }> {
  const path = logPath(data, 'postgres');
  const from = statSync(path).size;
  const startedAt = performance.now();
  const result = await run();
  const ms = performance.now() - startedAt;
  const written = readFileSync(path).subarray(from).toString('utf8');
  return { result, statements: statementsIn(written), ms };
}

/** Statements in the log's text: simple ones (`statement: `) and prepared ones (`execute <name>: `). */
export function statementsIn(log: string): number {
  return log.match(/^.*\] LOG: {2}(statement|execute [^:]*): /gm)?.length ?? 0;
}

/** The number of events of each workflow that worked for these jobs; a workflow that was not needed has none. */
async function historyLengths(
  { gateway, servers }: Context,
  ids: readonly string[],
): Promise<number[]> {
  const workflowIds = [
    ...ids,
    ...(await execute<{ id: string }>(gateway.databaseUrl, DELIVERIES, [ids])).map(({ id }) =>
      deliveryWorkflowId(id),
    ),
    ...(await execute<{ id: string }>(gateway.databaseUrl, KEEPS, [ids])).map(({ id }) =>
      keepWorkflowId(id),
    ),
  ];
  const { client, close } = await connectClient(
    { address: servers.engine.address },
    gateway.namespace,
  );
  try {
    const lengths = workflowIds.map((workflowId) =>
      client.workflow
        .getHandle(workflowId)
        .describe()
        .then(({ historyLength }) => historyLength)
        .catch(orNone),
    );
    return (await Promise.all(lengths)).filter((length) => length > 0);
  } finally {
    await close();
  }
}

const DELIVERIES = `
  SELECT deliveries.id FROM deliveries JOIN jobs ON jobs.id = job_id WHERE workflow_id = ANY($1)`;
const KEEPS = `SELECT job_id AS id FROM keeps JOIN jobs ON jobs.id = job_id WHERE workflow_id = ANY($1)`;

function orNone(error: unknown): number {
  if (error instanceof Error && error.name === 'WorkflowNotFoundError') return 0;
  throw error;
}
