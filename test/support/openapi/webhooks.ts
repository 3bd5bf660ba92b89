import type { Dialect } from '../../../src/core/api/dialect';
import { wireFilesOf } from './examples';
import { callbackName, refTo } from './names';
import type { JsonSchema } from './schemas';

/** The headers of Standard Webhooks 1.0.0, by which a message is proved. */
const HEADERS = Object.entries({
  'webhook-id':
    'The id of the message, the same for every try: a message that was seen before is a repeat.',
  'webhook-timestamp': 'Unix seconds of this try.',
  'webhook-signature':
    'Signatures with a space between, each `v1,` and the Base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.',
}).map(([name, description]) => ({
  ...{ name, description, in: 'header', required: true },
  schema: { type: 'string' },
}));

/** The messages have a tag of their own: a page shows them before the operations of the same tag, and nobody begins there. */
export const CALLBACKS_TAG = {
  name: 'callbacks',
  description:
    'What is posted to the `callback_url` of a request, in the words of the API that took it. It is signed as Standard ' +
    'Webhooks says, so that its libraries check it. Answer 2xx; all else is tried again for three days.',
};

/**
 * Tells of the message that each dialect sends to the callback of a job, under the name of the dialect. Examples are those
 * of the wire files.
 */
export function webhooksOf(dialects: readonly Dialect[]): JsonSchema {
  return Object.fromEntries(
    dialects.map((dialect) => {
      const examples = wireFilesOf(dialect.name)
        .filter(({ call }) => call === undefined)
        .map(({ name, means }) => [name, { value: means }]);
      const message = {
        schema: refTo(callbackName(dialect)),
        examples: Object.fromEntries(examples) as JsonSchema,
      };
      const post = {
        operationId: `tell${callbackName(dialect)}`,
        summary: `Hear what became of a job of ${dialect.name}`,
        tags: [CALLBACKS_TAG.name],
        security: [],
        parameters: HEADERS,
        requestBody: { required: true, content: { 'application/json': message } },
        responses: {
          '2XX': { description: 'The message was taken.' },
          '4XX': { description: 'It is tried again later, and 410 ends that.' },
        },
      };
      return [dialect.name, { post }];
    }),
  );
}
