import { WorkflowNotFoundError } from '@temporalio/client';
import { deliveryWorkflowId, keepWorkflowId } from '../../../workflows/contract';
import type { Cell, End } from './cell';
import { checkSeen } from './check-seen';
import type { Rig } from './rig';
import { promptOf } from './run-cell';
import { until } from './until';

/** What must hold after every cell, each from whoever knows it: rows, engine, simulator, receiver, API. */

export interface Finding {
  end: End | string;
  /** Submits that made the provider render. */
  accepted: number;
  /** Messages that the receiver took. */
  messages: number;
  /** The events in the history of the job's last run. */
  events: number;
  /** Everything that is not as promised; empty = green. */
  wrong: string[];
}

interface Subject {
  mark: string;
  jobId: string;
}

export async function checkCell(rig: Rig, cell: Cell, subject: Subject): Promise<Finding> {
  await settled(rig, subject.jobId);
  const job = await checkJob(rig, cell, subject);
  const simulated = await checkSubmits(rig, cell, subject, job.end);
  const money = await checkMoney(rig, subject.jobId, job.end);
  const told = await checkTold(rig, subject);
  const seen = await checkSeen(rig, cell, subject.jobId, job.end);
  const result = job.end === 'succeeded' ? await checkResult(rig, subject.jobId) : [];
  const history = await checkHistories(rig, subject.jobId);
  return {
    end: job.end,
    accepted: simulated.accepted,
    messages: told.messages,
    events: history.events,
    wrong: [job, simulated, told, history]
      .flatMap(({ wrong }) => wrong)
      .concat(money, seen, result),
  };
}

/** Whatever follows from the end has followed: deliveries and copies are done and every run is closed. */
async function settled(rig: Rig, jobId: string): Promise<void> {
  await until(
    'deliveries and copies',
    async () => {
      const rows = await rig.sql(
        `SELECT 1 FROM deliveries WHERE job_id = $1 AND finished_at IS NULL
         UNION ALL SELECT 1 FROM keeps WHERE job_id = $1 AND finished_at IS NULL`,
        [jobId],
      );
      return rows.length === 0 ? true : undefined;
    },
    40_000,
  );
  for (const workflowId of await workflowIds(rig, jobId)) {
    await until(
      `${workflowId} to close`,
      async () => {
        const status = await statusOf(rig, workflowId);
        return status === 'RUNNING' ? undefined : true;
      },
      40_000,
    );
  }
}

/** A message that was told at once, and a copy that was made at once, have no workflow. */
async function statusOf(rig: Rig, workflowId: string): Promise<string> {
  try {
    return (await rig.client.workflow.getHandle(workflowId).describe()).status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'NONE';
    throw error;
  }
}

async function workflowIds(rig: Rig, jobId: string): Promise<string[]> {
  const deliveries = await rig.sql<{ id: string }>('SELECT id FROM deliveries WHERE job_id = $1', [
    jobId,
  ]);
  const keeps = await rig.sql('SELECT 1 FROM keeps WHERE job_id = $1', [jobId]);
  return [
    await ownWorkflow(rig, jobId),
    ...deliveries.map(({ id }) => deliveryWorkflowId(id)),
    ...keeps.map(() => keepWorkflowId(jobId)),
  ];
}

async function checkJob(rig: Rig, cell: Cell, { jobId, mark }: Subject) {
  const [row] = await rig.sql<{ state: string; failure: { code: string } | null }>(
    'SELECT state, failure FROM jobs WHERE id = $1',
    [jobId],
  );
  const ends = await rig.sql<{ type: string }>(
    `SELECT type FROM events WHERE job_id = $1 AND type LIKE 'job.ended.%'`,
    [jobId],
  );
  const jobs = await rig.sql('SELECT 1 FROM jobs WHERE request->>$1 = $2', [
    'prompt',
    promptOf(cell, mark),
  ]);
  const isLost = row?.state === 'failed' && row.failure?.code === 'submission_unknown';
  const end = isLost ? 'lost' : `${row?.state}${row?.failure ? ` (${row.failure.code})` : ''}`;
  return {
    end,
    wrong: [
      ...problem(!cell.ends.some((allowed) => allowed === end), `ended ${end}, not ${cell.ends}`),
      ...problem(ends.length !== 1, `${ends.length} terminal events`),
      ...problem(ends[0]?.type !== `job.ended.${row?.state}`, `event ${ends[0]?.type}`),
      ...problem(jobs.length !== 1, `${jobs.length} jobs of one request`),
    ],
  };
}

/** Finds a second render, and one that nobody knows of without the job saying so. */
async function checkSubmits(rig: Rig, cell: Cell, { jobId, mark }: Subject, end: string) {
  const { by_prompt: byPrompt } = await askSimulator<{
    by_prompt: Record<string, { seen: number; accepted: number }>;
  }>(rig, 'counters');
  const { jobs } = await askSimulator<{ jobs: { created_at: number }[] }>(
    rig,
    `jobs?contains=${mark}`,
  );
  const { seen, accepted } = byPrompt[promptOf(cell, mark)] ?? { seen: 0, accepted: 0 };
  const attempts = await rig.sql<{ state: string; operation: unknown; send_deadline: Date }>(
    'SELECT state, operation, send_deadline FROM attempts WHERE job_id = $1',
    [jobId],
  );
  const [attempt] = attempts;
  const isKnown = attempt?.operation != null;
  // Only a thawed process may still bring the truth, and then the attempt keeps it for whoever looks into the loss.
  const late = accepted === 1 ? 'accepted' : 'refused';
  const isLate = cell.strike.kind === 'freeze' && attempt?.state === late;
  const lateMs = (jobs[0]?.created_at ?? 0) - (attempt?.send_deadline.getTime() ?? 0);
  const isAdmitted = attempt?.state === 'unknown' || isLate;
  return {
    accepted,
    wrong: [
      ...problem(seen > 1, `${seen} submits arrived`),
      ...problem(accepted > 1, `${accepted} submits were accepted`),
      ...problem(lateMs > ARRIVAL_MS, `rendered ${lateMs} ms after the send deadline`),
      ...problem(attempts.length !== 1, `${attempts.length} attempts`),
      ...problem(end === 'succeeded' && accepted !== 1, `succeeded with ${accepted} renders`),
      ...problem(accepted === 1 && !isKnown && end !== 'lost', 'a render that nobody knows of'),
      ...problem(end === 'lost' && !isAdmitted, `lost, attempt ${attempt?.state}`),
    ],
  };
}

/** Bytes that left in time may be read late on a busy machine. */
const ARRIVAL_MS = 1_000;

async function askSimulator<Answer>(rig: Rig, path: string): Promise<Answer> {
  const response = await fetch(`${rig.simulator}/_sim/${path}`, {
    headers: { connection: 'close' },
  });
  // Sound because the simulator is ours.
  return (await response.json()) as Answer;
}

interface Entry {
  kind: string;
  available: string;
  held: string;
  spent: string;
}

async function checkMoney(rig: Rig, jobId: string, end: string): Promise<string[]> {
  const usage = await rig.sql('SELECT 1 FROM usage WHERE job_id = $1', [jobId]);
  const entries = await rig.sql<Entry>(
    'SELECT kind, available, held, spent FROM ledger WHERE job_id = $1 ORDER BY id',
    [jobId],
  );
  const [all] = await rig.sql<{ total: string; held: string; open: string }>(
    `SELECT (SELECT sum(available + held + spent) FROM ledger) AS total,
            (SELECT sum(held) FROM ledger) AS held,
            (SELECT coalesce(sum(price), 0) FROM jobs WHERE finished_at IS NULL) AS open`,
  );
  const [topUp] = await rig.sql<{ sum: string }>(
    `SELECT sum(available) FROM ledger WHERE kind = 'top_up'`,
  );
  const sum = (pot: 'available' | 'held' | 'spent'): bigint =>
    entries.reduce((total, entry) => total + BigInt(entry[pot]), 0n);
  const kinds = entries.map(({ kind }) => kind).join(', ');
  const wanted = end === 'succeeded' ? 'hold, settle' : 'hold, release';
  return [
    ...problem(usage.length !== 1, `${usage.length} usage rows`),
    ...problem(kinds !== wanted, `ledger: ${kinds}`),
    ...problem(sum('held') !== 0n, `${sum('held')} still held`),
    ...problem(sum('available') + sum('spent') !== 0n, 'the entries do not cancel out'),
    ...problem(sum('spent') > 0n !== (end === 'succeeded'), `${sum('spent')} spent on ${end}`),
    ...problem(all?.total !== topUp?.sum, `balance ${all?.total}, topped up ${topUp?.sum}`),
    ...problem(all?.held !== all?.open, `held ${all?.held}, open jobs ${all?.open}`),
  ];
}

async function checkTold(rig: Rig, { jobId, mark }: Subject) {
  const messages = rig.receiver.messages(mark);
  const ids = new Set(messages.map(({ id }) => id));
  const deliveries = await rig.sql<{ state: string; event: string }>(
    `SELECT state, 'evt_' || replace(event_id::text, '-', '') AS event
     FROM deliveries WHERE job_id = $1`,
    [jobId],
  );
  return {
    messages: messages.length,
    wrong: [
      ...problem(messages.length === 0, 'no callback arrived'),
      ...problem(ids.has(undefined), 'a callback did not verify'),
      ...problem(ids.size > 1, `${ids.size} event ids`),
      ...problem(deliveries.length !== 1, `${deliveries.length} deliveries`),
      ...problem(deliveries[0]?.state !== 'delivered', `delivery ${deliveries[0]?.state}`),
      ...problem(!ids.has(deliveries[0]?.event), 'the event id is not that of the delivery'),
    ],
  };
}

/** Kept, and served from the copy. */
async function checkResult(rig: Rig, jobId: string): Promise<string[]> {
  const files = await rig.sql<{ kind: string; bytes: string }>(
    'SELECT kind, bytes FROM files WHERE job_id = $1',
    [jobId],
  );
  const response = await fetch(`${rig.api}/v1/videos/${jobId}/content`, {
    headers: { authorization: `Bearer ${rig.keys.key}`, connection: 'close' },
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  return [
    ...problem(files.length !== 1 || files[0]?.kind !== 'video', `${files.length} files kept`),
    ...problem(response.status !== 200, `content answers ${response.status}`),
    ...problem(String(bytes.length) !== files[0]?.bytes, `content has ${bytes.length} bytes`),
    ...problem(bytes.subarray(4, 8).toString() !== 'ftyp', 'content is no MP4'),
  ];
}

async function ownWorkflow(rig: Rig, jobId: string): Promise<string> {
  const [row] = await rig.sql<{ id: string }>('SELECT workflow_id AS id FROM jobs WHERE id = $1', [
    jobId,
  ]);
  if (!row) throw new Error(`no job ${jobId}`);
  return row.id;
}

/** A death may cost timeouts, never a failed workflow task: that would be code that cannot replay. */
async function checkHistories(rig: Rig, jobId: string) {
  const wrong: string[] = [];
  let events = 0;
  const own = await ownWorkflow(rig, jobId);
  for (const workflowId of await workflowIds(rig, jobId)) {
    const runs = rig.client.workflow.list({ query: `WorkflowId = '${workflowId}'` });
    for await (const { runId } of runs) {
      const { events: all } = await rig.client.workflow.getHandle(workflowId, runId).fetchHistory();
      for (const { workflowTaskFailedEventAttributes: failed } of all ?? []) {
        if (failed) wrong.push(`${workflowId}: workflow task failed: ${failed.failure?.message}`);
      }
      if (workflowId === own) events = all?.length ?? 0;
    }
  }
  return { events, wrong };
}

function problem(isWrong: boolean, what: string): string[] {
  return isWrong ? [what] : [];
}
