import type { Api } from '../../../src/core/api/dialect';
import type { HttpRoute } from '../../../src/core/api/route';

/** Names an operation: `getV1VideosId` of `GET /v1/videos/:id`. */
export const operationIdOf = ({ method, path }: Pick<HttpRoute, 'method' | 'path'>): string =>
  method.toLowerCase() +
  path.replaceAll(/[^a-zA-Z0-9]+([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase());

const upper = (text: string): string => text.replace(/^./, (letter) => letter.toUpperCase());

/** Names the body of a route: `PostV1VideosBody`. The form and the quote of a route have the same one. */
export const bodyName = (route: HttpRoute): string => `${upper(operationIdOf(route))}Body`;

/** Names the answer of a route by the first of its API that answers the same: `PostV1VideosReply`. */
export function replyName({ routes }: Pick<Api, 'routes'>, route: HttpRoute): string {
  const first = routes.find(({ reply }) => reply === route.reply) ?? route;
  return `${upper(operationIdOf(first))}Reply`;
}

/** Names what a route tells instead of a file: `PostV1VideosSyncInstead`. */
export const insteadName = (route: HttpRoute): string => `${upper(operationIdOf(route))}Instead`;

/** Names the schema of an API's errors: `VideoGenerationsError`. */
export const errorName = (api: Pick<Api, 'name'>): string => `${apiName(api)}Error`;

/** Names the schema of a dialect's messages: `VideosCallback`. */
export const callbackName = (api: Pick<Api, 'name'>): string => `${apiName(api)}Callback`;

const apiName = ({ name }: Pick<Api, 'name'>): string =>
  name.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());

/** Names the schema of what is answered to whoever asks for a price or a dry run. */
export const PREVIEW_NAME = 'Preview';

/** Leads to a part of the document by its name. */
export const refTo = (schema: string): { $ref: string } => ({
  $ref: `#/components/schemas/${schema}`,
});
