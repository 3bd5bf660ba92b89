import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { Pool } from 'pg';
import type { Cadence } from '../../src/core/schedules';
import { createBareActivities } from '../bare/activities';
import { bareBundle } from '../bare/bundle';
import { keepPace } from '../math/pace';
import type { Pace } from '../math/pace';
import { answerParent } from '../parts/parent';

/** Bare Temporal: client and worker in one process, on the server that the gateway uses too. */
export type BareQuestion =
  | { kind: 'open'; address: string; namespace: string; databaseUrl: string; cadence: Cadence }
  /** Whole lifecycles; each takes `jobMs` at what stands for its provider. */
  | { kind: 'lifecycles'; pace: Pace; jobMs: number }
  /** One row in Postgres, then one start, as the least that a durable create can do; nobody waits for the end. */
  | { kind: 'starts'; pace: Pace };

export interface BareAnswer {
  /** Unix milliseconds at which lifecycles ended. */
  endedAt: number[];
  /** Milliseconds from the planned moment to the answer of each start. */
  durationsMs: number[];
  elapsedMs: number;
}

interface Bare {
  client: Client;
  database: Pool;
  ended(id: string): Promise<void>;
}

const QUEUE = 'bare';
/** Long enough that no job of `starts` ends while it is measured. */
const NEVER_MS = 600_000;
/** The gateway's own figure for simulated models. */
const USUAL_MS = 4_500;
const TABLE = 'CREATE TABLE bare_creates (id text PRIMARY KEY, request jsonb, at timestamptz)';
const ROW = 'INSERT INTO bare_creates (id, request, at) VALUES ($1, $2, $3)';

let bare: Bare | undefined;

async function open(question: Extract<BareQuestion, { kind: 'open' }>): Promise<Bare> {
  const { address, namespace, databaseUrl, cadence } = question;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    // As in the gateway: a wait that was ended from outside while a look ran is ordinary.
    telemetryOptions: { logging: { forward: {}, filter: { core: 'ERROR', other: 'ERROR' } } },
    shutdownSignals: [],
  });
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  const { activities, ended } = createBareActivities(client, { cadence, usualMs: USUAL_MS });
  const worker = await Worker.create({
    connection: await NativeConnection.connect({ address }),
    namespace,
    taskQueue: QUEUE,
    workflowBundle: await bareBundle(),
    activities,
  });
  void worker.run().catch((error: unknown) => {
    process.stderr.write(`the bare worker ended: ${String(error)}\n`);
    process.exit(1);
  });
  const database = new Pool({ connectionString: databaseUrl, max: 20 });
  await database.query(TABLE);
  return { client, database, ended };
}

async function run(
  { client, database, ended }: Bare,
  question: Exclude<BareQuestion, { kind: 'open' }>,
): Promise<BareAnswer> {
  const answer: BareAnswer = { endedAt: [], durationsMs: [], elapsedMs: 0 };
  const start = (id: string, jobMs: number): Promise<unknown> =>
    client.workflow.start('bareLifecycle', {
      workflowId: id,
      taskQueue: QUEUE,
      args: [id, jobMs],
    });
  const startedAt = performance.now();
  await keepPace(question.pace, async (_, plannedAt) => {
    const id = randomUUID();
    if (question.kind === 'lifecycles') {
      const end = ended(id);
      await start(id, question.jobMs);
      await end;
      answer.endedAt.push(Date.now());
    } else {
      await database.query(ROW, [id, { prompt: 'a cat' }, new Date()]);
      await start(id, NEVER_MS);
      answer.durationsMs.push(performance.now() - plannedAt);
    }
  });
  answer.elapsedMs = performance.now() - startedAt;
  return answer;
}

answerParent(async (question: BareQuestion): Promise<BareAnswer | undefined> => {
  if (question.kind === 'open') {
    bare = await open(question);
    return undefined;
  }
  if (!bare) throw new Error('it was not opened');
  return run(bare, question);
});
