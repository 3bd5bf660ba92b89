import { z } from 'zod';
import type { VendorKeys } from '../../core/request/passthrough';

/**
 * Kling's own words, as the text-to-video and image-to-video pages have them. That camera_control, the masks and
 * image_tail exclude each other, and which model takes which, is left to the provider to say.
 */

const OWNED = [
  'model',
  'model_name',
  'prompt',
  'negative_prompt',
  'image',
  'image_tail',
  'image_list',
  'video_list',
  'mode',
  'duration',
  'aspect_ratio',
  'sound',
  'watermark_info',
  'callback_url',
  'external_task_id',
];

const axis = z
  .number()
  .min(-10, 'must lie between -10 and 10')
  .max(10, 'must lie between -10 and 10')
  .optional();

const cameraConfig = z
  .strictObject({
    horizontal: axis,
    vertical: axis,
    pan: axis,
    tilt: axis,
    roll: axis,
    zoom: axis,
  })
  .refine((axes) => Object.values(axes).filter(Boolean).length === 1, {
    error: 'must have exactly one value that is not 0',
  });

const cameraControl = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('simple'), config: cameraConfig }),
  z.strictObject({
    type: z.enum(['down_back', 'forward_up', 'right_turn_forward', 'left_turn_forward']),
    config: z.null({ error: 'goes with the type simple only' }).optional(),
  }),
]);

const point = z.strictObject({ x: z.int(), y: z.int() });

const PATHS_PER_MASK = { min: 2, max: 77 };
const SHOT_LENGTH_MAX = 512;

const elements = (max: number): z.ZodType =>
  z.array(z.strictObject({ element_id: z.union([z.int(), z.string()]) })).max(max);

const checked = {
  cfg_scale: z
    .number({ error: 'must be a number' })
    .min(0, 'must lie between 0 and 1')
    .max(1, 'must lie between 0 and 1'),
  camera_control: cameraControl,
  static_mask: z.string(),
  dynamic_masks: z
    .array(
      z.strictObject({
        mask: z.string(),
        trajectories: z.array(point).min(PATHS_PER_MASK.min).max(PATHS_PER_MASK.max),
      }),
    )
    .max(6),
  multi_shot: z.boolean(),
  shot_type: z.enum(['customize', 'intelligence']),
  multi_prompt: z
    .array(
      z.strictObject({
        index: z.int().min(1),
        prompt: z.string().max(SHOT_LENGTH_MAX),
        duration: z.string().regex(/^\d{1,2}$/, 'must be whole seconds as text'),
      }),
    )
    .min(1)
    .max(6),
  voice_list: z.array(z.strictObject({ voice_id: z.string() })).max(2),
  element_list: elements(3),
};

const unsupported = z.never({ error: 'is not supported by this model' });

export const KLING_KEYS: VendorKeys = {
  owned: OWNED,
  checked,
  media: ['static_mask', 'dynamic_masks'],
  divided: { multi_prompt: 'duration' },
};

/** The 2.x models have no `cfg_scale`. */
export const KLING_2_KEYS: VendorKeys = {
  ...KLING_KEYS,
  checked: { ...checked, cfg_scale: unsupported },
};

/** Its page has no `cfg_scale` either, and counts elements together with images. */
export const OMNI_KEYS: VendorKeys = {
  ...KLING_KEYS,
  checked: { ...checked, cfg_scale: unsupported, element_list: elements(7) },
};
