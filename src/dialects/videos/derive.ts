import { route, type HttpRoute } from '../../core/api/route';
import { type Principal } from '../../core/api/principal';
import { GatewayError } from '../../core/errors';
import { noQuerySchema, nothingSchema } from '../../core/json/fields';
import { offerOf, type Offer } from '../kit/offer';
import type { Models } from '../../core/ports/gateway/models';

/**
 * What OpenAI's clients can ask of an earlier video. No provider here makes a video of a finished one, so each is
 * refused by name, with what leads to nearly the same and the caller's models that can do it. A provider that gains one
 * of them needs a mode in core/request.ts; its entry here then becomes a translation.
 */
interface Derivation {
  method: HttpRoute['method'];
  path: string;
  summary: string;
  cannot: string;
  instead: string;
  /** Says whether a model can do what is said under `instead`. */
  suits(offer: Offer): boolean;
}

const withReferenceVideo = {
  instead:
    'Post a new request to /v1/videos with the video as a reference instead ' +
    '(input_references: [{"video_url": {"url": "..."}}])',
  suits: ({ references }: Offer): boolean => references.videos > 0,
};
const withReferenceImages = {
  cannot: 'Characters are not kept here.',
  instead:
    'Send pictures of the character with each request to /v1/videos instead ' +
    '(input_references: [{"image_url": {"url": "..."}}])',
  suits: ({ references }: Offer): boolean => references.images > 0,
};

const DERIVATIONS: readonly Derivation[] = [
  {
    method: 'POST',
    path: '/v1/videos/:id/remix',
    summary: 'Make a video anew by another prompt, where a model can',
    cannot: 'No model here can remix a video.',
    ...withReferenceVideo,
  },
  {
    method: 'POST',
    path: '/v1/videos/edits',
    summary: 'Edit a video, where a model can',
    cannot: 'No model here can edit a video.',
    ...withReferenceVideo,
  },
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

export const derivationRoutes: readonly HttpRoute[] = DERIVATIONS.map((derivation) =>
  route({
    method: derivation.method,
    path: derivation.path,
    summary: derivation.summary,
    body: 'unread',
    scope: derivation.method === 'GET' ? 'read' : 'generate',
    request: nothingSchema,
    query: noQuerySchema,
    async handle(gateway, { principal, params }) {
      // An id that is not the caller's own is unknown here as everywhere.
      if (params['id'] !== undefined) await gateway.get(principal, params['id']);
      throw refusal(derivation, gateway, principal);
    },
  }),
);

function refusal(
  { method, cannot, instead, suits }: Derivation,
  { models }: Models,
  principal: Principal,
): GatewayError {
  const able = models(principal).filter((model) => suits(offerOf(model)));
  const names = able.map(({ entry }) => entry.name).join(', ');
  const hint = names === '' ? '' : ` ${instead}; these models can: ${names}.`;
  // There is no character with that id, whatever the id is.
  return new GatewayError(method === 'GET' ? 'not_found' : 'invalid_request', {
    message: `${cannot}${hint}`,
  });
}
