import { z } from 'zod';
import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import { type Answer } from '../../core/api/answer';
import { type Dialect } from '../../core/api/dialect';
import { GatewayError } from '../../core/errors';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { NativeJobs } from '../../core/ports/gateway/native-jobs';
import type { Results } from '../../core/ports/gateway/results';
import { createdBetween } from '../kit/created-between';
import { create } from './create';
import { errorSchema, errorAnswer, renderError } from './errors';
import { listOf, passOn, renderCallback, taskOf } from './render';
import {
  anyQuerySchema,
  listQuerySchema,
  modelQuerySchema,
  nothingSchema,
  taskBodySchema,
} from './schema';
import type { ListQuery, ModelQuery } from './schema';
import { WIRE } from './translate';

/** One API under two roots: the seed's `/v1`, and `/api/v3` as Ark's own clients append it. */
const BASES = ['/v1/contents/generations/tasks', '/api/v3/contents/generations/tasks'] as const;

/**
 * Ark's content generation tasks as a pass-through. What a provider said goes back as bytes, and reads come from the
 * rows alone: any number of readers cause no call upstream. Ids are the provider's; ours are taken everywhere too. Only
 * jobs that were made here are shown: what a provider says of the others' is not written for their callers.
 */
export const arkTasks: Dialect = {
  name: WIRE,
  summary: 'Tasks of Volcengine Ark and BytePlus ModelArk, passed through.',
  errorReply: errorSchema,
  // What the provider said last, which may have any field.
  callback: z.looseObject({ id: z.string(), status: z.string() }),
  prefixes: BASES,
  renderError,
  renderCallback,
  routes: BASES.flatMap(routesOf),
};

function routesOf(base: string): HttpRoute[] {
  return [
    route({
      method: 'POST',
      path: base,
      summary: 'Make a task, in the words of its provider',
      verbatim: true,
      twins: BASES.filter((other) => other !== base),
      body: 'json',
      scope: 'generate',
      spends: true,
      request: taskBodySchema,
      query: anyQuerySchema,
      handle: create,
    }),
    route({
      method: 'GET',
      path: base,
      summary: 'List tasks',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: listQuerySchema,
      reply: z.looseObject({ items: z.array(z.looseObject({})), total: z.int() }),
      handle: list,
    }),
    route({
      method: 'GET',
      path: `${base}/:id`,
      summary: 'Read a task',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: modelQuerySchema,
      handle: get,
    }),
    route({
      method: 'DELETE',
      path: `${base}/:id`,
      summary: 'Cancel a task, or delete its record',
      body: 'none',
      scope: 'generate',
      request: nothingSchema,
      query: modelQuerySchema,
      handle: remove,
    }),
  ];
}

type OneTask = RouteInput<unknown, ModelQuery>;

function get(gateway: NativeJobs & Results, input: OneTask): Promise<Answer> {
  return orForeign(gateway, input, 'look', async (id) => {
    const view = await gateway.view(input.principal, WIRE, id);
    return taskOf(view, gateway.link);
  });
}

/**
 * Answers about a job of ours or a foreign one: `?model=` leads an id that nobody has here to that model's provider,
 * where operator and key allow it.
 */
async function orForeign(
  { foreign }: NativeJobs,
  { principal, params, query }: OneTask,
  ask: 'look' | 'cancel',
  answer: (id: string) => Promise<Answer>,
): Promise<Answer> {
  const id = params['id'] ?? '';
  try {
    return await answer(id);
  } catch (error) {
    const isUnknown = error instanceof GatewayError && error.code === 'not_found';
    if (!isUnknown || query.model === undefined) throw error;
    return passOn(await foreign(principal, WIRE, { id, model: query.model, ask }));
  }
}

/**
 * Cancels or deletes, by the provider's own table: a queued task is canceled, the record of an ended one is deleted
 * here (its bill stays), a running or cancelled one is refused. The cancel's verdict is waited for a moment; without
 * one the wish stands.
 */
function remove(gateway: NativeJobs & Jobs, input: OneTask): Promise<Answer> {
  const { principal, signal } = input;
  return orForeign(gateway, input, 'cancel', async (id) => {
    const { job } = await gateway.view(principal, WIRE, id);
    const { id: jobId, state } = job;
    if (state === 'canceled') return refused('CancelledTask', 'it is already cancelled');
    const { deleted } = await gateway.remove(principal, jobId);
    if (deleted) return DONE;
    const ms = gateway.waits.cancelReplyMs;
    const ended = await gateway.waitFor(principal, jobId, 'ended', { ms, signal });
    if (ended.state === 'canceled') return DONE;
    if (ended.finishedAt !== undefined) {
      return refused('FinishedTask', `it has ended as ${ended.state}`);
    }
    // A task that nobody had looked at counted as queued until the cancel's own look.
    const { attempt } = await gateway.view(principal, WIRE, jobId);
    return attempt?.phase === 'running' ? refused('RunningTask', 'it is running') : DONE;
  });
}

const DONE: Answer = { status: 200, body: {} };

const refused = (what: string, why: string): Answer =>
  errorAnswer({
    status: 409,
    code: `InvalidAction.${what}Deletion`,
    message: `Cannot delete task because ${why}.`,
    retryable: false,
  });

const DAYS_LISTED_MS = 7 * 86_400_000;

async function list(
  gateway: NativeJobs & Results,
  input: RouteInput<unknown, ListQuery>,
): Promise<Answer> {
  const { query, principal } = input;
  const status = query['filter.status'];
  const { views, total } = await gateway.views(principal, WIRE, {
    page: query.page_num,
    size: query.page_size,
    sinceMs: DAYS_LISTED_MS,
    state: status === 'cancelled' ? 'canceled' : status,
    model: query['filter.model'],
    serviceTier: query['filter.service_tier'],
    ...createdBetween({
      after: query['filter.created_after'],
      before: query['filter.created_before'],
    }),
    ids: query['filter.task_ids'] ?? [],
  });
  return listOf(views, total, gateway.link);
}
