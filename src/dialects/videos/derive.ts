import { route, type HttpRoute, type RouteInput } from '../../core/api/route';
import { GatewayError, invalid } from '../../core/errors';
import { noQuerySchema, nothingSchema } from '../../core/json/fields';
import type { Gateway } from '../../core/ports/gateway/gateway';
import { offerOf, type Offer } from '../kit/offer';
import { draftFrom, refusalOf, type Verb } from './derived-draft';
import { videoSchema } from './reply';
import { derivedBodySchema, remixBodySchema, type DerivedBody } from './schema';
import { submit } from './submit';

const MADE = {
  method: 'POST',
  body: 'json-or-form',
  scope: 'generate',
  spends: true,
  query: noQuerySchema,
  reply: videoSchema,
} as const;

/**
 * What OpenAI's clients can ask of an earlier video. A remix, an edit and an extension are a new video by a model that
 * takes a video as a reference. Characters, which no provider here keeps, are refused by name, with what leads to
 * nearly the same and the caller's models that can do it.
 */
export const derivationRoutes: readonly HttpRoute[] = [
  route({
    ...MADE,
    path: '/v1/videos/:id/remix',
    summary: 'Make a video anew by another prompt, where a model can',
    request: remixBodySchema,
    async handle(gateway, input) {
      refuseFiles(input);
      return submit(gateway, input, async () => {
        const source = await gateway.get(input.principal, input.params['id'] ?? '');
        return draftFrom(gateway, input, { source, verb: 'remix' });
      });
    },
  }),
  ofAVideo('edit', '/v1/videos/edits', 'Edit a video, where a model can'),
  ofAVideo('extend', '/v1/videos/extensions', 'Go on where a video ends, where a model can'),
  characters('POST', '/v1/videos/characters', 'Keep a character, which no model can'),
  characters('GET', '/v1/videos/characters/:character', 'Read a character, of which there is none'),
];

/** Makes a route whose `video` is an earlier one's id or a file. */
function ofAVideo(verb: Verb, path: string, summary: string): HttpRoute {
  const make = (gateway: Gateway, input: RouteInput<DerivedBody>) => {
    const { video } = input.body;
    const file = fileOf(input);
    return submit(gateway, input, async () => {
      const source = video && (await gateway.get(input.principal, video.id));
      return draftFrom(gateway, input, { source, file, verb });
    });
  };
  return route({ ...MADE, path, summary, request: derivedBodySchema, handle: make });
}

/** Returns the file that takes the place of an earlier video; undefined where the body names one. */
function fileOf({ body: { video }, files }: Pick<RouteInput<DerivedBody>, 'body' | 'files'>) {
  const [file, second] = files.filter(({ field }) => field === 'video');
  refuseFiles({ files: files.filter(({ field }) => field !== 'video') });
  if (second || (file && video)) throw invalid('video', 'is given more than once');
  if (file && !file.mime.startsWith('video/')) {
    throw invalid('video', `is ${file.mime}; it must be a video`);
  }
  if (!file && !video) throw invalid('video', 'is required');
  return file;
}

function refuseFiles({ files }: Pick<RouteInput, 'files'>): void {
  const [stranger] = files;
  if (stranger) throw invalid(stranger.field, 'is not a known file field');
}

const CHARACTERS = {
  cannot: 'Characters are not kept here.',
  instead:
    'Send pictures of the character with each request to /v1/videos instead ' +
    '(input_references: [{"image_url": {"url": "..."}}])',
  suits: ({ references }: Offer): boolean => references.images > 0,
};

function characters(method: 'GET' | 'POST', path: string, summary: string): HttpRoute {
  // There is no character with that id, whatever the id is.
  const code = method === 'GET' ? 'not_found' : 'invalid_request';
  return route({
    method,
    path,
    summary,
    body: 'unread',
    scope: method === 'GET' ? 'read' : 'generate',
    request: nothingSchema,
    query: noQuerySchema,
    handle(gateway, { principal }) {
      const able = gateway.models(principal).filter((one) => CHARACTERS.suits(offerOf(one)));
      throw new GatewayError(code, { message: refusalOf(CHARACTERS, able) });
    },
  });
}
