import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import { type Answer, type LateAnswer } from '../../core/api/answer';
import { invalid } from '../../core/errors';
import type { Headers } from '../../core/provider/exchange';
import { noQuerySchema } from '../../core/json/fields';
import { asPreferred } from '../kit/held';
import type { Draft } from '../../core/request/draft';
import { isCalled } from '../../core/catalog/catalog';
import type { Jobs } from '../../core/ports/gateway/jobs';
import type { Live } from '../../core/ports/gateway/live';
import type { Models } from '../../core/ports/gateway/models';
import type { Results } from '../../core/ports/gateway/results';
import type { CreateAnswer, CreateOptions, NativeDraft } from '../../core/job/creation';
import { createDrafted } from '../kit/drafted';
import { pollAfter } from '../kit/poll-after';
import { startWithin } from '../kit/start-within';
import { answering, eventsLinkOf, show } from './render';
import { videoSchema } from './reply';
import { nativeBodySchema, submitBodySchema, type SubmitBody } from './schema';
import { toDraft } from './translate';

const CREATE = {
  method: 'POST',
  path: '/v1/videos',
  summary: 'Make a video',
  scope: 'generate',
  spends: true,
  query: noQuerySchema,
  reply: videoSchema,
} as const;

/**
 * Makes the draft of a create in the words of this API, of which only the fields that a model of the caller's has mean
 * something.
 */
export function asked(
  gateway: Pick<Models, 'models'>,
  { principal, body, files }: RouteInput<SubmitBody>,
): Draft {
  const model = gateway.models(principal).find((routed) => isCalled(routed, body.model));
  return toDraft(body, files, model);
}

/** The create in the words of this API, and the one whose header says that the body is in its model's provider's. */
export const submitRoutes: readonly HttpRoute[] = [
  route({
    ...CREATE,
    when: (headers) => nativeHeaderOf(headers) !== undefined,
    verbatim: true,
    body: 'json',
    request: nativeBodySchema,
    handle(gateway, input) {
      checkNativeHeader(input.headers);
      const { model } = input.body;
      // Its own content type alone: what else a caller of this API sends means nothing to the provider.
      const headers = { 'content-type': 'application/json' };
      const native = { model, body: input.raw, headers, search: '' };
      // The same bytes mean another request without the header.
      const fingerprint = `native ${input.fingerprint}`;
      return submit(gateway, { ...input, fingerprint }, () => ({ native }));
    },
  }),
  route({
    ...CREATE,
    body: 'json-or-form',
    request: submitBodySchema,
    handle: (gateway, input) => submit(gateway, input, () => asked(gateway, input)),
  }),
];

/** Answers at once with the new job, or with `Prefer: wait=<seconds>` when the job has ended or that time is over. */
export async function submit(
  gateway: Jobs & Results & Live,
  input: RouteInput,
  draft: Drafting,
): Promise<Answer | LateAnswer> {
  const { principal, headers, signal } = input;
  const created = await create(gateway, input, draft);
  const job = { id: created.jobId, workspaceId: principal.workspaceId };
  const told = { ...pollAfter(gateway, NEW), link: eventsLinkOf(gateway, job) };
  const answer = { ...created, headers: { ...created.headers, ...told } };
  return asPreferred(gateway, answer, { principal, headers, signal }, answering(gateway));
}

/** A create's own answer shows the job as it was made. */
const NEW = { state: 'queued' } as const;

/** Makes the draft of a create, or throws what is wrong with the request. */
type Drafting = () => Draft | NativeDraft | Promise<Draft>;

/** Creates the job. One `Idempotency-Key` means one job, whichever of the routes is asked. */
export function create(
  gateway: Jobs & Results,
  { principal, idempotencyKey: key, fingerprint, headers }: RouteInput,
  draft: Drafting,
): Promise<CreateAnswer> {
  const options: CreateOptions = {
    dialect: 'videos',
    idPrefix: 'video',
    ...startWithin(headers),
    idempotency: key ? { key, route: 'POST /v1/videos', fingerprint } : undefined,
    // The link of a stored answer would be too old for a repeat.
    render: (job) => ({ status: 200, body: show(gateway, job) }),
  };
  return createDrafted(gateway, principal, options, draft);
}

/** Token360's name for it, and ours. */
const NATIVE_HEADERS = ['token360-native-params', 'reelay-native-params'];
const YES = ['true', '1', 'yes', 'on'];
const NO = ['', 'false', '0', 'no', 'off'];

const wordOf = (headers: Headers, name: string): string =>
  (headers[name] ?? '').trim().toLowerCase();

/** The header that does not say no. */
const nativeHeaderOf = (headers: Headers): string | undefined =>
  NATIVE_HEADERS.find((name) => !NO.includes(wordOf(headers, name)));

function checkNativeHeader(headers: Headers): void {
  const name = nativeHeaderOf(headers);
  if (name === undefined || YES.includes(wordOf(headers, name))) return;
  throw invalid(name, 'is neither yes nor no', [...YES, ...NO.slice(1)]);
}
