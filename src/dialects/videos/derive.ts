import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import { type Principal } from '../../core/api/principal';
import { isCalled, type RoutedModel } from '../../core/catalog/catalog';
import { GatewayError, invalid } from '../../core/errors';
import { noQuerySchema, nothingSchema } from '../../core/json/fields';
import { offerOf, type Offer } from '../kit/offer';
import type { Draft, InputSource } from '../../core/request/draft';
import type { Job } from '../../core/job/job';
import type { Gateway } from '../../core/ports/gateway/gateway';
import type { Models } from '../../core/ports/gateway/models';
import { idOf, REMIXED_FROM } from './render';
import { videoSchema } from './reply';
import { editBodySchema, remixBodySchema, type EditBody } from './schema';
import { submit } from './submit';
import { toDraft } from './translate';

/**
 * What OpenAI's clients can ask of an earlier video. A remix and an edit are a new video by a model that takes a video
 * as a reference. What no provider here does is refused by name, with what leads to nearly the same and the caller's
 * models that can do it.
 */
interface Derivation {
  cannot: string;
  instead: string;
  /** Says whether a model can do what is said under `instead`. */
  suits(offer: Offer): boolean;
}

const FROM_A_VIDEO = {
  instead: 'Name one in the field model that takes a video as a reference',
  suits: ({ references }: Offer): boolean => references.videos > 0,
};
const withReferenceImages = {
  cannot: 'Characters are not kept here.',
  instead:
    'Send pictures of the character with each request to /v1/videos instead ' +
    '(input_references: [{"image_url": {"url": "..."}}])',
  suits: ({ references }: Offer): boolean => references.images > 0,
};

type Refused = Derivation & Pick<HttpRoute, 'method' | 'path' | 'summary'>;

const REFUSED: readonly Refused[] = [
  {
    method: 'POST',
    path: '/v1/videos/extensions',
    summary: 'Make a video longer, where a model can',
    cannot: 'No model here can extend a video.',
    instead:
      'Make the video with return_last_frame and post that frame to /v1/videos instead ' +
      '(frame_images: [{"frame_type": "first_frame", "image_url": {"url": "..."}}])',
    suits: ({ lastFrame, modes }) => lastFrame && modes.includes('first_frame'),
  },
  {
    method: 'POST',
    path: '/v1/videos/characters',
    summary: 'Keep a character, which no model can',
    ...withReferenceImages,
  },
  {
    method: 'GET',
    path: '/v1/videos/characters/:character',
    summary: 'Read a character, of which there is none',
    ...withReferenceImages,
  },
];

const MADE = {
  method: 'POST',
  body: 'json-or-form',
  scope: 'generate',
  spends: true,
  query: noQuerySchema,
  reply: videoSchema,
} as const;

export const derivationRoutes: readonly HttpRoute[] = [
  route({
    ...MADE,
    path: '/v1/videos/:id/remix',
    summary: 'Make a video anew by another prompt, where a model can',
    request: remixBodySchema,
    async handle(gateway, input) {
      refuseFiles(input);
      const source = await gateway.get(input.principal, input.params['id'] ?? '');
      return submit(gateway, input, draftFrom(gateway, input, { source, verb: 'remix' }));
    },
  }),
  route({
    ...MADE,
    path: '/v1/videos/edits',
    summary: 'Edit a video, where a model can',
    request: editBodySchema,
    async handle(gateway, input) {
      const { video } = input.body;
      const [file, second] = input.files.filter(({ field }) => field === 'video');
      refuseFiles({ files: input.files.filter(({ field }) => field !== 'video') });
      if (second || (file && video)) throw invalid('video', 'is given more than once');
      if (file && !file.mime.startsWith('video/')) {
        throw invalid('video', `is ${file.mime}; it must be a video`);
      }
      if (!file && !video) throw invalid('video', 'is required');
      const source = video && (await gateway.get(input.principal, video.id));
      return submit(gateway, input, draftFrom(gateway, input, { source, file, verb: 'edit' }));
    },
  }),
  ...REFUSED.map((derivation) =>
    route({
      method: derivation.method,
      path: derivation.path,
      summary: derivation.summary,
      body: 'unread',
      scope: derivation.method === 'GET' ? 'read' : 'generate',
      request: nothingSchema,
      query: noQuerySchema,
      handle(gateway, { principal }) {
        // There is no character with that id, whatever the id is.
        const code = derivation.method === 'GET' ? 'not_found' : 'invalid_request';
        const able = gateway.models(principal).filter((one) => derivation.suits(offerOf(one)));
        throw new GatewayError(code, { message: refusalOf(derivation, able) });
      },
    }),
  ),
];

function refuseFiles({ files }: Pick<RouteInput, 'files'>): void {
  const [stranger] = files;
  if (stranger) throw invalid(stranger.field, 'is not a known file field');
}

interface Origin {
  /** The earlier video; undefined where the caller sends a file. */
  source: Job | undefined;
  file?: { blob: string; mime: string } | undefined;
  verb: 'remix' | 'edit';
}

/**
 * Makes the request for a video by reference of the earlier one, which goes to the provider by our own signed link.
 * The model is the one that the body names, otherwise the one that made the earlier video, otherwise the only one of
 * the caller's that takes a video. Throws `invalid_request` where that is none, `model_not_found` for an unknown name
 * and `conflict` while the earlier video is not there.
 */
function draftFrom(
  gateway: Pick<Gateway, 'models' | 'link'>,
  { principal, body }: RouteInput<EditBody>,
  { source, file, verb }: Origin,
): Draft {
  const model = modelFor(gateway, principal, { named: body.model, made: source?.model, verb });
  if (source && source.state !== 'succeeded') {
    const message = `The video is not completed, so there is nothing to ${verb}.`;
    throw new GatewayError('conflict', { message });
  }
  const draft = toDraft({ ...body, model: model.entry.name }, [], model);
  const inputs: InputSource[] = source
    ? [{ role: 'reference_video', media: { url: gateway.link(source, 'video'), param: 'video' } }]
    : file
      ? [{ role: 'reference_video', media: { blob: file.blob, mime: file.mime } }]
      : [];
  return {
    ...draft,
    request: { ...draft.request, inputs },
    names: { ...draft.names, inputs: 'video' },
    echo: { ...draft.echo, ...(source ? { [REMIXED_FROM]: idOf(source) } : {}) },
  };
}

function modelFor(
  gateway: Pick<Models, 'models'>,
  principal: Principal,
  { named, made, verb }: Wanted & Pick<Origin, 'verb'>,
): RoutedModel {
  const all = gateway.models(principal);
  const able = all.filter((model) => FROM_A_VIDEO.suits(offerOf(model)));
  const meant = meantOf(able, { named, made });
  if (meant) return meant;
  if (named !== undefined && !all.some((model) => isCalled(model, named))) {
    throw new GatewayError('model_not_found', { param: 'model' });
  }
  const cannot = cannotOf(able, named ?? made, verb);
  const message = refusalOf({ ...FROM_A_VIDEO, cannot }, able);
  throw new GatewayError('invalid_request', { param: 'model', message });
}

/** Names of models: the one in the body, and the one that made the earlier video. */
type Wanted = Record<'named' | 'made', string | undefined>;

function meantOf(able: readonly RoutedModel[], { named, made }: Wanted): RoutedModel | undefined {
  const calledBy = (name: string | undefined): RoutedModel | undefined =>
    name === undefined ? undefined : able.find((model) => isCalled(model, name));
  if (named !== undefined) return calledBy(named);
  return calledBy(made) ?? (able.length === 1 ? able[0] : undefined);
}

function cannotOf(
  able: readonly RoutedModel[],
  name: string | undefined,
  verb: Origin['verb'],
): string {
  if (able.length === 0) return `No model here can ${verb} a video.`;
  return name === undefined
    ? `It is not said which model is to ${verb} the video.`
    : `The model ${name} cannot ${verb} a video.`;
}

/** Says what cannot be done, and with which models nearly the same can. */
function refusalOf(
  { cannot, instead }: Pick<Derivation, 'cannot' | 'instead'>,
  able: readonly RoutedModel[],
): string {
  const names = able.map(({ entry }) => entry.name).join(', ');
  return names === '' ? cannot : `${cannot} ${instead}; these models can: ${names}.`;
}
