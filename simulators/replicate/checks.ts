import type { Refusal } from '../kit/refusal';
import { firstRefusal } from '../kit/refusal';
import type { ModelInput } from './body';
import { invalid } from './refusal';

/** These checks refuse what a model refuses in an input that fits its schema. */

const CHECKS: readonly ((input: ModelInput) => Refusal | undefined)[] = [
  ({ end_image, start_image }) =>
    end_image !== undefined && start_image === undefined
      ? invalid('end_image', 'requires start_image')
      : undefined,
  ({ last_frame_image, image }) =>
    last_frame_image !== undefined && image === undefined
      ? invalid('last_frame_image', 'only works if an image start frame is given')
      : undefined,
  ({ reference_images = [], aspect_ratio, duration }) =>
    reference_images.length > 0 && (aspect_ratio !== '16:9' || duration !== 8)
      ? invalid('reference_images', 'only work with 16:9 aspect ratio and 8-second duration')
      : undefined,
];

/** Names the first thing that the model does not take. */
export const problemOf = (input: ModelInput): Refusal | undefined => firstRefusal(CHECKS, input);
