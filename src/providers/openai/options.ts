import { z } from 'zod';
import { fields } from '../../core/json/known-fields';
import type { ChannelOptions } from '../../core/provider/options';
import { isOwned } from './vendor-keys';

/**
 * How a server differs from the reference in what it is sent; what it answers is read in every known form without being
 * told. Fields that are left out are as OpenAI's own SDK writes a create, which most servers take.
 */
const schema = fields({
  create: z
    .enum(['multipart', 'json', 'either'])
    .default('multipart')
    .describe(
      'How a create is written: as a form, as the SDK does, as JSON, or as JSON unless a file goes with it.',
    ),
  createPath: z
    .string()
    .regex(/^(\/[\w-]+)+$/, 'must be a path such as "/videos"')
    .default('/videos')
    .describe('Where a create goes, under the base URL.'),
  secondsAs: z
    .enum(['text', 'number'])
    .default('text')
    .describe('How the length stands in JSON: "4" as at OpenAI, or 4.'),
  pictureAs: z
    .enum(['image_url', 'text', 'image_reference', 'reference_url'])
    .default('image_url')
    .describe(
      'How the link to a picture is written: `input_reference` with an `image_url` in it, `input_reference` as the bare ' +
        'link, `image_reference` with an `image_url` in it, or `reference_url`.',
    ),
  responseFormat: z
    .literal('url')
    .optional()
    .describe('Asks for a link, where a server would send the video inside its answer.'),
  callerWords: z
    .array(
      z
        .string()
        .regex(/^\w+$/, 'must be a word such as "num_inference_steps"')
        .refine((word) => !isOwned(word), { error: 'is no word for callers' }),
    )
    .max(50)
    .optional()
    .describe(
      'Words of the server that callers may use. They change what a video costs you, and not its price.',
    ),
});
type OpenaiOptions = z.output<typeof schema>;

export const options: z.ZodType<ChannelOptions> = schema;

/** Reads the options of a channel, where it has some. */
export const optionsOf = (given: ChannelOptions = {}): OpenaiOptions => schema.parse(given);
