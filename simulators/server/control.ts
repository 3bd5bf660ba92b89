import { z } from 'zod';
import { parseJson } from '../kit/parse';
import { setFault, type ControlAnswer } from './control-faults';
import type { GlobalFaults } from './global-faults';
import { jobAt, type JobRecord, type Jobs } from './jobs';
import { decodeSegment } from './router';

/**
 * The control endpoint serves tests and demos:
 * `POST /_sim/faults {fault, count?, on?}` or `{directives, count?}`, `GET` and `DELETE /_sim/faults`,
 * `GET /_sim/jobs?contains=`, `GET /_sim/jobs/:id`, `POST /_sim/jobs/:id {to}`, `GET /_sim/counters`.
 */
export const CONTROL_PREFIX = '/_sim/';

interface Context {
  jobs: Jobs;
  faults: GlobalFaults;
  now: number;
}

export function answerControl(
  call: { method: string; path: string; query: URLSearchParams; body: Uint8Array },
  context: Context,
): ControlAnswer {
  const [name = '', id] = call.path.slice(CONTROL_PREFIX.length).split('/');
  switch (`${call.method} ${name}`) {
    case 'POST faults':
      return setFault(call.body, context.faults);
    case 'GET faults':
      return { status: 200, body: { faults: context.faults.list() } };
    case 'DELETE faults':
      context.faults.clear();
      return { status: 200, body: { faults: [] } };
    case 'GET jobs':
      return id === undefined ? listJobs(call.query, context) : showJob(id, context);
    case 'POST jobs':
      return moveJob(id ?? '', call.body, context);
    case 'GET counters':
      return { status: 200, body: count(context.jobs) };
    default:
      return {
        status: 404,
        body: { error: `there is no ${call.method} ${call.path}`, there_is: ROUTES },
      };
  }
}

const ROUTES = [
  'POST /_sim/faults',
  'GET /_sim/faults',
  'DELETE /_sim/faults',
  'GET /_sim/jobs',
  'GET /_sim/jobs/:id',
  'POST /_sim/jobs/:id',
  'GET /_sim/counters',
];

/** Jobs one answer shows, newest first. */
const JOBS_SHOWN_MAX = 500;

function listJobs(query: URLSearchParams, context: Context): ControlAnswer {
  const part = query.get('contains') ?? '';
  const found = [...context.jobs.all()].filter((record) => record.prompt.includes(part)).reverse();
  const jobs = found.slice(0, JOBS_SHOWN_MAX).map((record) => describe(record, context));
  return { status: 200, body: { jobs, total: found.length } };
}

function showJob(id: string, context: Context): ControlAnswer {
  const record = context.jobs.get(decodeSegment(id) ?? '');
  return record
    ? { status: 200, body: describe(record, context) }
    : { status: 404, body: { error: 'there is no such job' } };
}

const moveSchema = z.strictObject({ to: z.enum(['running', 'end']) });

/** Moves one job ahead of the clock, so that a test need not race it. No callback tells of it. */
function moveJob(id: string, body: Uint8Array, context: Context): ControlAnswer {
  const record = context.jobs.get(decodeSegment(id) ?? '');
  if (!record) return { status: 404, body: { error: 'there is no such job' } };
  const parsed = moveSchema.safeParse(parseJson(body));
  if (!parsed.success) return { status: 400, body: { error: 'send {"to": "running" | "end"}' } };
  const elapsed = context.now - record.createdAt;
  const queuedMs = Math.min(record.queuedMs, elapsed);
  const left = parsed.data.to === 'end' ? 0 : Math.max(0, record.runMs - record.queuedMs);
  context.jobs.change(record, { queuedMs, runMs: Math.min(record.runMs, elapsed + left) });
  return { status: 200, body: describe(record, context) };
}

function describe(record: JobRecord, context: Context): Record<string, unknown> {
  const prompt = context.jobs.prompts().get(record.prompt);
  return {
    id: record.id,
    provider: record.provider,
    account: record.account,
    state: record.removed ? 'removed' : jobAt(record, context.now).state,
    /** Submits of this prompt that arrived, and how many of them made a job. */
    submits: prompt?.seen ?? 0,
    submits_accepted: prompt?.accepted ?? 0,
    gets: record.gets,
    deletes: record.deletes,
    callbacks: record.callbacks,
    prompt: record.prompt,
    callback_url: record.callbackUrl ?? null,
    created_at: record.createdAt,
  };
}

/** Counts everything the simulator remembers. A submit counts as seen once its body was found in order. */
function count(jobs: Jobs): Record<string, unknown> {
  const prompts = [...jobs.prompts()];
  const records = [...jobs.all()];
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
    at_once_max: Object.fromEntries(jobs.atOnceMax()),
    by_prompt: Object.fromEntries(
      prompts.map(([prompt, { seen, accepted }]) => [prompt, { seen, accepted }]),
    ),
  };
}
