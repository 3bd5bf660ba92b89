import { z } from 'zod';
import { route, type RouteInput } from '../../core/api/route';
import { applied, wishOf, type Caller } from '../kit/held';
import { startWithin } from '../kit/start-within';
import { type Dialect } from '../../core/api/dialect';
import { type LateAnswer } from '../../core/api/answer';
import { noQuerySchema, nothingSchema } from '../../core/json/fields';
import type { CreateAnswer } from '../../core/job/creation';
import { isTerminal } from '../../core/job/job';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Results } from '../../core/ports/gateway/results';
import { errorSchema, renderError } from './errors';
import { modelsOf } from './models';
import { createdOf, quoteOf, renderCallback, statusOf } from './render';
import {
  createdSchema,
  logSchema,
  modelsSchema,
  quoteSchema,
  statusSchema,
  summarySchema,
} from './reply';
import {
  generateBodySchema,
  logQuerySchema,
  quoteBodySchema,
  summaryQuerySchema,
  type GenerateBody,
  type QuoteBody,
} from './schema';
import { toDraft } from './translate';
import { logs, summary } from './usage';

const NAME = 'unified-video';

/**
 * MidSync's unified video API: models, quote, generate, status, and usage. Its pages leave out the status answer, the
 * callback's body and the errors; those are inferred, and the callback is the status object. `callbackUrl` is posted
 * once, when the task has ended.
 */
export const unifiedVideo: Dialect = {
  name: NAME,
  summary: 'Unified video generations: quotes, points and usage beside the videos.',
  errorReply: errorSchema,
  callback: statusSchema,
  prefixes: ['/unified-video', '/v1/usage'],
  renderError,
  renderCallback,
  routes: [
    route({
      method: 'GET',
      path: '/unified-video/models',
      summary: 'List models with their prices',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: modelsSchema,
      handle(gateway, { principal }) {
        const body = modelsOf(gateway.models(principal), (model) =>
          gateway.priceRange(principal, model),
        );
        return Promise.resolve({ status: 200, body });
      },
    }),
    route({
      method: 'POST',
      path: '/unified-video/quote',
      summary: 'Ask for the price of a video',
      body: 'json',
      scope: 'generate',
      request: quoteBodySchema,
      query: noQuerySchema,
      reply: quoteSchema,
      async handle(gateway, { principal, body }: RouteInput<QuoteBody>) {
        const quote = await gateway.quote(principal, toDraft(body));
        return { status: 200, body: quoteOf(body.model, quote) };
      },
    }),
    route({
      method: 'POST',
      path: '/unified-video/generate',
      summary: 'Make a video',
      body: 'json',
      scope: 'generate',
      spends: true,
      request: generateBodySchema,
      query: noQuerySchema,
      /** The second is that of a caller who waited for the end (`Prefer: wait`). */
      reply: z.union([createdSchema, statusSchema]),
      handle: generate,
    }),
    route({
      method: 'GET',
      path: '/unified-video/:taskId/status',
      summary: 'Read the state of a video',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: statusSchema,
      async handle(gateway, { principal, params }) {
        const job = await gateway.get(principal, params['taskId'] ?? '');
        const reference = await gateway.reference(job);
        return { status: 200, body: statusOf(job, reference, (of) => gateway.link(of, 'video')) };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/usage/logs',
      summary: 'List what was used',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: logQuerySchema,
      /** The schema of the JSON form; `format=csv` answers text. */
      reply: logSchema,
      handle: logs,
    }),
    route({
      method: 'GET',
      path: '/v1/usage/summary',
      summary: 'Sum up what was used',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: summaryQuerySchema,
      reply: summarySchema,
      handle: summary,
    }),
  ],
};

async function generate(
  jobs: Jobs & Results,
  input: RouteInput<GenerateBody>,
): Promise<LateAnswer> {
  const { principal, signal, idempotencyKey, fingerprint } = input;
  const { quoteId, ...body } = input.body;
  const answer = await jobs.create(principal, {
    dialect: NAME,
    idPrefix: 'task',
    ...toDraft(body),
    ...startWithin(input.headers),
    // `pointsCharged` of the answer is what is charged.
    isPriceFixed: true,
    quote: quoteId === undefined ? undefined : { id: quoteId, param: 'quoteId' },
    idempotency: idempotencyKey
      ? { key: idempotencyKey, route: 'POST /unified-video/generate', fingerprint }
      : undefined,
    render(job) {
      const reference = { id: null, model: job.routes[0]?.model ?? '' };
      return { status: 200, body: createdOf(job, reference, undefined) };
    },
  });
  const patience = wishOf(jobs, input.headers);
  return completed(jobs, answer, { principal, patience, signal });
}

/**
 * Adds the provider's id, for which the caller waits a little, or its refusal, and an estimate of the moment; so a repeat
 * has them too, and the rest as the first request had it. A caller who prefers to wait (`Prefer: wait=60`) waits for the
 * task's end instead, and an ended task is answered as its status is. The task is made by now and
 * the answer to that stays a success, whatever goes wrong here, and also when the task was deleted since.
 */
function completed(
  jobs: Jobs & Results,
  { jobId, ...answer }: CreateAnswer,
  { principal, patience, signal }: Caller,
): LateAnswer {
  return {
    async later() {
      const held = patience.isWish
        ? await jobs.holdCreated(principal, jobId, 'ended', { ms: patience.ms, signal })
        : await jobs.holdCreated(principal, jobId, 'accepted', { signal });
      if (!held) return answer;
      const { job } = held;
      const headers = { ...answer.headers, ...applied(patience, held.isHeld) };
      try {
        const [reference, estimate] = await Promise.all([jobs.reference(job), jobs.estimate(job)]);
        const isShown = patience.isWish && isTerminal(job.state);
        const body = isShown
          ? statusOf(job, reference, (of) => jobs.link(of, 'video'))
          : createdOf(job, reference, estimate);
        return { ...answer, headers, body };
      } catch {
        return answer;
      }
    },
  };
}
