import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { MODES } from '../core/request/request';
import { names, whole, yesOrNo } from './schema-kit';

/** What an operator offers of a model, and what a request gets that says nothing. */

const length = whole('must be a whole number of seconds');

export const offersSchema = fields({
  seconds: z
    .union([
      fields({
        min: length.optional().describe('The shortest video.'),
        max: length.optional().describe('The longest video.'),
      }),
      z
        .array(length, { error: 'must be a list such as [5, 10]' })
        .min(1, 'must have at least one length'),
    ])
    .optional()
    .describe('Lengths, as bounds `{"min": 4, "max": 8}` or a list `[5, 10]`.'),
  resolutions: names('resolutions, such as "720p"').optional().describe('Resolutions.'),
  aspectRatios: names('ratios, such as "16:9"').optional().describe('Shapes.'),
  audio: z
    .literal(false, { error: 'may only be false, which makes every video silent' })
    .optional()
    .describe('`false` makes every video silent.'),
  modes: z
    .array(z.enum(MODES), { error: 'must be a list of modes' })
    .min(1, 'must name at least one mode')
    .optional()
    .describe('What a video is made from.'),
}).describe(
  'What callers may ask for, where that is less than the model can do. Bodies that pass through are held to it too.',
);

export const defaultsSchema = fields({
  seconds: length.optional().describe('The length.'),
  resolution: z.string().optional().describe('The resolution.'),
  aspectRatio: z.string().optional().describe('The shape.'),
  audio: yesOrNo.optional().describe('Whether it has sound.'),
}).describe(
  'What a request gets that says nothing. A body that passes through says nothing to us, and gets what its provider makes of it.',
);
