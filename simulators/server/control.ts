import { z } from 'zod';
import type { Simulation } from '../contract';
import { parseJson } from '../kit/parse';
import { setFault, type ControlAnswer } from './control-faults';
import { setLimit } from './control-limits';
import { count } from './counters';
import type { GlobalFaults } from './global-faults';
import { jobAt, type JobRecord, type Jobs } from './jobs';
import type { Limits } from './limits';
import { decodeSegment } from './router';

/**
 * The control endpoint serves tests and demos:
 * `POST /_sim/faults {fault, count?, on?}` or `{directives, count?}`, `GET` and `DELETE /_sim/faults`,
 * `POST /_sim/limits {provider, model?, jobsAtOnce?, requestsPerMinute?}`, `GET` and `DELETE /_sim/limits`,
 * `GET /_sim/jobs?contains=`, `GET /_sim/jobs/:id`, `POST /_sim/jobs/:id {to}`, `GET /_sim/counters`,
 * `DELETE /_sim/peaks`.
 */
export const CONTROL_PREFIX = '/_sim/';

interface Context {
  jobs: Jobs;
  faults: GlobalFaults;
  limits: Limits;
  simulations: Readonly<Record<string, Simulation>>;
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
    case 'POST limits':
      return setLimit(call.body, context);
    case 'GET limits':
      return { status: 200, body: { limits: context.limits.list() } };
    case 'DELETE limits':
      context.limits.clear();
      return { status: 200, body: { limits: [] } };
    case 'GET jobs':
      return id === undefined ? listJobs(call.query, context) : showJob(id, context);
    case 'POST jobs':
      return moveJob(id ?? '', call.body, context);
    case 'GET counters':
      return { status: 200, body: count(context) };
    case 'DELETE peaks':
      context.jobs.underWay.restart(context.now);
      context.limits.restart();
      return { status: 200, body: count(context) };
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
  'POST /_sim/limits',
  'GET /_sim/limits',
  'DELETE /_sim/limits',
  'GET /_sim/jobs',
  'GET /_sim/jobs/:id',
  'POST /_sim/jobs/:id',
  'GET /_sim/counters',
  'DELETE /_sim/peaks',
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
