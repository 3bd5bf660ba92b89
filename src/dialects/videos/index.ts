import { createdBetween } from '../kit/created-between';
import { statesOf } from '../kit/video-status';
import { openaiErrorSchema } from '../kit/openai-error';
import { isCalled, isSimulated, type RoutedModel } from '../../core/catalog/catalog';
import { route, type RouteInput } from '../../core/api/route';
import { type Answer } from '../../core/api/answer';
import { type Dialect } from '../../core/api/dialect';
import { GatewayError, invalid } from '../../core/errors';
import { given, noQuerySchema, nothingSchema } from '../../core/json/fields';
import { readId, renderId } from '../../core/job/ids';
import type { PageQuery } from '../../core/job/page';
import { wishOf } from '../../core/media/range';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Models } from '../../core/ports/gateway/models';
import type { Results } from '../../core/ports/gateway/results';
import { derivationRoutes } from './derive';
import { eventRoutes } from './events';
import { feedRoutes } from './feed';
import { answering, idOf, renderCallback, renderError, show, videoModelOf } from './render';
import {
  callbackSchema,
  deletedSchema,
  modelListSchema,
  modelSchema,
  videoListSchema,
  videoModelListSchema,
  videoSchema,
  type Model,
} from './reply';
import {
  contentQuerySchema,
  listQuerySchema,
  VARIANTS,
  type ContentQuery,
  type ListQuery,
} from './schema';
import { submitRoutes } from './submit';
import { syncRoutes } from './sync';

const NAME = 'videos';

/** Token360's `/v1/videos` and the OpenAI Videos API in one; also the default for paths that match no dialect. */
export const videos: Dialect = {
  name: NAME,
  summary: "OpenAI's videos and Token360's `/v1/videos` in one: make, read, list and fetch videos.",
  errorReply: openaiErrorSchema,
  callback: callbackSchema,
  prefixes: ['/v1/videos', '/v1/models', '/v1/events'],
  renderError,
  renderCallback,
  routes: [
    ...submitRoutes,
    ...syncRoutes,
    route({
      method: 'GET',
      path: '/v1/videos',
      summary: 'List videos',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: listQuerySchema,
      reply: videoListSchema,
      handle: list,
    }),
    // Before the route that would take its last part for an id.
    route({
      method: 'GET',
      path: '/v1/videos/models',
      summary: 'List models with what each takes',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: videoModelListSchema,
      handle: (gateway, { principal }) =>
        Promise.resolve({
          status: 200,
          body: {
            object: 'list',
            data: gateway
              .models(principal)
              .map((one) => videoModelOf(one, gateway.priceRange(principal, one))),
          },
        }),
    }),
    ...derivationRoutes,
    ...eventRoutes,
    ...feedRoutes,
    route({
      method: 'GET',
      path: '/v1/videos/:id',
      summary: 'Read a video',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: videoSchema,
      async handle(gateway, { principal, params }) {
        return answering(gateway)(await gateway.get(principal, params['id'] ?? ''));
      },
    }),
    route({
      method: 'DELETE',
      path: '/v1/videos/:id',
      summary: 'Delete a video, or cancel it while it is made',
      body: 'none',
      scope: 'generate',
      request: nothingSchema,
      query: noQuerySchema,
      reply: deletedSchema,
      async handle(gateway, { principal, params }) {
        const { job, deleted } = await gateway.remove(principal, params['id'] ?? '');
        return { status: 200, body: { id: idOf(job), object: 'video.deleted', deleted } };
      },
    }),
    route({
      method: 'GET',
      path: '/v1/videos/:id/content',
      summary: 'Fetch the file of a video',
      body: 'none',
      scope: 'read',
      acceptsLink: true,
      files: ['video/mp4', 'image/png', 'image/webp', 'image/jpeg'],
      request: nothingSchema,
      query: contentQuerySchema,
      handle: content,
    }),
    route({
      method: 'GET',
      path: '/v1/models',
      summary: 'List models',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: modelListSchema,
      handle: (gateway, { principal }) =>
        Promise.resolve({
          status: 200,
          body: {
            object: 'list',
            data: gateway.models(principal).map(model),
          },
        }),
    }),
    route({
      method: 'GET',
      path: '/v1/models/:id',
      summary: 'Read a model',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: modelSchema,
      handle: retrieveModel,
    }),
  ],
};

async function list(
  gateway: Jobs & Results,
  input: RouteInput<unknown, ListQuery>,
): Promise<Answer> {
  const { jobs, hasMore } = await gateway.list(input.principal, pageOf(input.query));
  const data = jobs.map((job) => show(gateway, job));
  const body = {
    object: 'list',
    data,
    has_more: hasMore,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
  return { status: 200, body };
}

function pageOf({ limit, order, after, before, ...asked }: ListQuery): PageQuery {
  const { status, model, created_after, created_before, metadata } = asked;
  const filter = {
    ...given({ states: status && statesOf(status), model, metadata }),
    ...createdBetween({ after: created_after, before: created_before }),
  };
  return { limit, order, after, before, ...(Object.keys(filter).length > 0 ? { filter } : {}) };
}

/** An attachment unless `inline=1`. */
async function content(
  results: Results,
  { principal, params, query, method, headers, signal }: RouteInput<unknown, ContentQuery>,
): Promise<Answer> {
  const { variant: asked, inline } = query;
  const variant = VARIANTS.find((known) => known === asked);
  if (!variant) throw invalid('variant', `no ${asked.slice(0, 50)} is made here`, VARIANTS);
  const id = params['id'] ?? '';
  const wish = { ...wishOf(method, headers), signal };
  const file = await results.content(principal, id, variant, wish);
  const name = `${renderId('video', readId(id) ?? 'result')}-${variant}`;
  const extension = EXTENSIONS[file.headers['content-type'] ?? ''] ?? 'bin';
  const disposition = `${inline === '1' ? 'inline' : 'attachment'}; filename="${name}.${extension}"`;
  return {
    status: file.status,
    headers: { ...file.headers, 'content-disposition': disposition },
    stream: file.stream,
  };
}

const EXTENSIONS: Record<string, string> = {
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};

/** OpenAI's shape wants a creation time; a model in the operator's config has none. */
const model = (routed: RoutedModel): Model => ({
  id: routed.entry.name,
  object: 'model',
  created: 0,
  owned_by: 'reelay',
  simulated: isSimulated(routed),
});

function retrieveModel({ models }: Models, { principal, params }: RouteInput): Promise<Answer> {
  const name = params['id'] ?? '';
  const found = models(principal).find((routed) => isCalled(routed, name));
  if (!found) throw new GatewayError('model_not_found', { param: 'model' });
  return Promise.resolve({ status: 200, body: model(found) });
}
