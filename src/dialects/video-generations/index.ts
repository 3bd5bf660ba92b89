import { z } from 'zod';
import { route, type RouteInput } from '../../core/api/route';
import { createDrafted } from '../kit/drafted';
import { asPreferred } from '../kit/held';
import { startWithin } from '../kit/start-within';
import { type Answer, type LateAnswer } from '../../core/api/answer';
import { type Dialect } from '../../core/api/dialect';
import { noQuerySchema, nothingSchema } from '../../core/json/fields';
import type { CreateOptions } from '../../core/job/creation';
import { isTerminal, type Job } from '../../core/job/job';
import { isCalled } from '../../core/catalog/catalog';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Models } from '../../core/ports/gateway/models';
import type { Results } from '../../core/ports/gateway/results';
import { errorSchema, renderError } from './errors';
import { envelopeSchema, submittedSchema, videoSchema } from './reply';
import { envelopeOf, renderCallback, submittedOf, videoOf } from './render';
import { querySchema, submitBodySchema, type Query, type SubmitBody } from './schema';
import { toDraft } from './translate';

const NAME = 'video-generations';

/**
 * The unified video API of QuantumNous new-api and its OctopusX edition: `/v1/video/generations`, and the pair
 * `/v1/video/create` and `/v1/video/query`. `/v1/videos/{id}` and its `/content` belong to `videos`, which reads the
 * same ids. The original has no message to its customers; here `callback_url`, at the top or in `metadata`, is posted
 * the body of the poll when the job has ended.
 */
export const videoGenerations: Dialect = {
  name: NAME,
  summary: '`/v1/video/generations` as new-api and its clients speak it.',
  errorReply: errorSchema,
  callback: envelopeSchema,
  prefixes: ['/v1/video'],
  renderError,
  renderCallback,
  routes: [
    route({
      method: 'POST',
      path: '/v1/video/generations',
      summary: 'Make a video',
      body: 'json-or-form',
      scope: 'generate',
      spends: true,
      request: submitBodySchema,
      query: noQuerySchema,
      /** The second is that of a caller who waited for the end (`Prefer: wait`). */
      reply: z.union([submittedSchema, envelopeSchema]),
      handle: (gateway, input) =>
        submit(gateway, input, '/v1/video/generations', (job) =>
          isTerminal(job.state) ? envelopeOf(job, linkOf(gateway)) : submittedOf(job),
        ),
    }),
    route({
      method: 'GET',
      path: '/v1/video/generations/:id',
      summary: 'Read a video',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: envelopeSchema,
      async handle(gateway, { principal, params }) {
        const job = await gateway.get(principal, plainId(params['id'] ?? ''));
        return { status: 200, body: envelopeOf(job, linkOf(gateway)) };
      },
    }),
    route({
      method: 'POST',
      path: '/v1/video/create',
      summary: 'Make a video, answered in the older words',
      body: 'json-or-form',
      scope: 'generate',
      spends: true,
      request: submitBodySchema,
      query: noQuerySchema,
      reply: videoSchema,
      handle: (gateway, input) =>
        submit(gateway, input, '/v1/video/create', (job) => videoOf(job, linkOf(gateway))),
    }),
    route({
      method: 'GET',
      path: '/v1/video/query',
      summary: 'Read a video in the older words',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: querySchema,
      reply: videoSchema,
      async handle(gateway, { principal, query }: RouteInput<unknown, Query>) {
        const job = await gateway.get(principal, plainId(query.id));
        return { status: 200, body: videoOf(job, linkOf(gateway)) };
      },
    }),
  ],
};

/** Answers at once, or with `Prefer: wait=<seconds>` when the job has ended or that time is over. */
async function submit(
  gateway: Jobs & Models,
  input: RouteInput<SubmitBody>,
  path: string,
  show: (job: Job) => unknown,
): Promise<Answer | LateAnswer> {
  const { principal, body, files, raw, idempotencyKey, fingerprint, headers, signal } = input;
  const render = (job: Job): Answer => ({ status: 200, body: show(job) });
  const options: CreateOptions = {
    dialect: NAME,
    idPrefix: 'task',
    ...startWithin(headers),
    idempotency: idempotencyKey
      ? { key: idempotencyKey, route: `POST ${path}`, fingerprint }
      : undefined,
    render,
  };
  const created = await createDrafted(gateway, principal, options, () => {
    const model = gateway.models(principal).find((routed) => isCalled(routed, body.model));
    return toDraft(body, files, { isForm: raw.length === 0, model });
  });
  return asPreferred(gateway, created, { principal, headers, signal }, render);
}

const linkOf =
  ({ link }: Results) =>
  (job: Job) =>
    link(job, 'video');

/** Takes the model off an id, since OctopusX writes it there: `sora-2:task_...`. */
const plainId = (id: string): string => id.slice(id.lastIndexOf(':') + 1);
