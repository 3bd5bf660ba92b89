import { route, type RouteInput } from '../../core/api/route';
import { type Answer, type LateAnswer } from '../../core/api/answer';
import { type Dialect } from '../../core/api/dialect';
import { noQuerySchema, nothingSchema } from '../../core/json/fields';
import { whenEnded } from '../kit/held';
import type { CreateOptions } from '../../core/job/creation';
import { createDrafted } from '../kit/drafted';
import type { Job } from '../../core/job/job';
import { isCalled } from '../../core/catalog/catalog';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Models } from '../../core/ports/gateway/models';
import type { Results } from '../../core/ports/gateway/results';
import { unixSeconds } from '../kit/parameters';
import { patienceOf } from '../kit/prefer';
import { startWithin } from '../kit/start-within';
import { answerOf, modelOf, renderCallback, renderError, succeeded } from './render';
import {
  callbackSchema,
  errorSchema,
  modelsReplySchema,
  tokenSchema,
  videoReplySchema,
} from './reply';
import { generateBodySchema, type GenerateBody } from './schema';
import { toDraft } from './translate';

const NAME = 'ula';
const GENERATE = '/v1/ula/generate-video';

/** OneInfer's `/v1/ula`: one POST whose answer waits for the video. */
export const ula: Dialect = {
  name: NAME,
  summary: "OneInfer's `/v1/ula`: one POST whose answer is the video.",
  errorReply: errorSchema,
  callback: callbackSchema,
  prefixes: ['/v1/ula'],
  renderError,
  renderCallback,
  routes: [
    route({
      method: 'POST',
      path: '/v1/ula/oauth-authentication',
      summary: 'Exchange a key for a token',
      body: 'none',
      scope: 'any',
      keyIn: 'query',
      request: nothingSchema,
      query: noQuerySchema,
      reply: tokenSchema,
      handle(gateway, { principal }) {
        const { token, expiresAt } = gateway.issueToken(principal);
        const body = {
          access_token: token,
          token_type: 'Bearer',
          expires_at: unixSeconds(expiresAt),
        };
        return Promise.resolve({ status: 200, body });
      },
    }),
    route({
      method: 'POST',
      path: GENERATE,
      summary: 'Make a video and wait for it',
      body: 'json-or-form',
      scope: 'generate',
      spends: true,
      request: generateBodySchema,
      query: noQuerySchema,
      reply: videoReplySchema,
      handle: generate,
    }),
    route({
      method: 'GET',
      path: '/v1/ula/videos/:id',
      summary: 'Read a video, or how far it is',
      body: 'none',
      scope: 'read',
      tellsEnds: true,
      request: nothingSchema,
      query: noQuerySchema,
      reply: videoReplySchema,
      async handle(gateway, { principal, params }) {
        return answerOf(await gateway.get(principal, params['id'] ?? ''), gateway);
      },
    }),
    route({
      method: 'GET',
      path: '/v1/ula/models',
      summary: 'List models with what each takes and costs',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: modelsReplySchema,
      handle(gateway, { principal }) {
        const models = gateway
          .models(principal)
          .map((model) => modelOf(model, gateway.priceRange(principal, model)));
        return Promise.resolve({ status: 200, body: succeeded(models) });
      },
    }),
  ],
};

/**
 * Holds the request until the job has ended, at most as long as the gateway's config and the caller's `Prefer: wait`
 * allow; then 202. A repeat with the same Idempotency-Key waits for the same job, also after its first caller has left;
 * a repeat without one is another job and another bill.
 */
async function generate(
  gateway: Jobs & Models & Results,
  input: RouteInput<GenerateBody>,
): Promise<Answer | LateAnswer> {
  const { principal, body, files, idempotencyKey, fingerprint, signal } = input;
  const { heldMsMax } = gateway;
  const patience = patienceOf(input.headers['prefer'], { unasked: heldMsMax, max: heldMsMax });
  const options: CreateOptions = {
    dialect: NAME,
    ...startWithin(input.headers),
    idempotency: idempotencyKey
      ? { key: idempotencyKey, route: `POST ${GENERATE}`, fingerprint }
      : undefined,
    render: answering(gateway),
  };
  const created = await createDrafted(gateway, principal, options, () => {
    const model = gateway.models(principal).find((routed) => isCalled(routed, body.model));
    return toDraft(body, files, model);
  });
  return whenEnded(gateway, created, { principal, patience, signal }, answering(gateway));
}

const answering =
  (gateway: Jobs & Results) =>
  (job: Job): Answer =>
    answerOf(job, gateway);
