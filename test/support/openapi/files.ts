import type { Api } from '../../../src/core/api/dialect';
import type { HttpRoute } from '../../../src/core/api/route';
import { errorHeadersOf } from './headers';
import { errorName, insteadName, refTo } from './names';
import type { JsonSchema } from './schemas';

/** Shows the files that a route answers with, by their media types. */
export const filesOf = (types: readonly string[]): JsonSchema =>
  Object.fromEntries(
    types.map((type) => [type, { schema: { type: 'string', contentEncoding: 'binary' } }]),
  );

/** What a job's end is to a caller who waits for its file; 504 where it has not ended in time. */
const ENDS: Readonly<Record<number, string>> = {
  400: 'The request is to blame, or the video was rejected.',
  409: 'The video was canceled, or the job is not in a state that allows this.',
  502: 'The provider could not make the video.',
  503: 'No provider was free, or this gateway is not.',
};

/** Lists the answers of a route that tells, instead of a file, of the job that has none. */
export function insteadOf(api: Api, route: HttpRoute): Record<string, JsonSchema> {
  if (!route.instead) return {};
  const instead = refTo(insteadName(route));
  const answer = (status: string, description: string, schema: JsonSchema): JsonSchema => ({
    description,
    headers: errorHeadersOf(Number(status)),
    content: { 'application/json': { schema } },
  });
  const either = { anyOf: [refTo(errorName(api)), instead] };
  return {
    ...Object.fromEntries(
      Object.entries(ENDS).map(([status, text]) => [status, answer(status, text, either)]),
    ),
    '504': answer('504', 'The wait is over and the video goes on.', instead),
  };
}
