import { z } from 'zod';
import type { Answer } from '../../core/api/answer';
import { ERRORS, type FieldProblem, type GatewayError } from '../../core/errors';
import { openaiErrorSchema, renderOpenaiError } from './openai-error';

/** The path of the page about a kind of errors, and before its code: `/errors/conflict`. */
export const ERRORS_PATH = '/errors';

const TYPE = 'application/problem+json';

/**
 * The shape of an error of Reelay's own APIs: problem details (RFC 9457). `type` is a path of this gateway, `instance` the
 * id of the request, `errors` all fields of the body that are wrong. The member `error` is what these APIs answered
 * before, in OpenAI's shape, and stays for who reads it.
 */
export const problemSchema = openaiErrorSchema.extend({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  code: z.string(),
  errors: z
    .array(
      z.strictObject({
        pointer: z.string(),
        code: z.enum(['unknown_field', 'not_allowed', 'invalid']),
        message: z.string(),
      }),
    )
    .optional(),
});

/** Renders an error as a problem, with the headers that every API has. */
export function renderProblem(error: GatewayError, requestId: string): Answer {
  const { code, status, message, fields } = error;
  const known = renderOpenaiError(error);
  return {
    status,
    headers: { ...known.headers, 'content-type': TYPE },
    body: {
      type: `${ERRORS_PATH}/${code}`,
      title: ERRORS[code].text,
      status,
      detail: message,
      instance: requestId,
      code,
      ...(fields.length === 0 ? {} : { errors: fields.map(problemOf) }),
      ...openaiErrorSchema.parse(known.body),
    },
  };
}

const problemOf = ({ path, code, message }: FieldProblem) => ({
  pointer: pointerOf(path),
  code,
  message,
});

/** Writes a path as the fragment form of a JSON pointer (RFC 6901, section 6): `#/scopes/1`. */
const pointerOf = (path: readonly string[]): string =>
  [
    '#',
    ...path.map((name) => encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))),
  ].join('/');
