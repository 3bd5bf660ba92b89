import type { Capabilities, ModeCapabilities } from '../../src/core/request/capabilities';
import { lengthsOf } from '../../src/core/request/apply-capabilities';
import type { Mode } from '../../src/core/request/request';
import { firstRefusal, type Refusal } from '../kit/refusal';
import type { OmniBody, VeoBody } from './body';
import { invalid, wrong } from './refusal';

/** These checks refuse what a create refuses in a body whose shape is right. */

/** What a create asks for in the terms of the table of its model. */
export interface Asked {
  model: Capabilities;
  mode: Mode;
  prompt: string;
  images: number;
  seconds: number;
  resolution: string;
  ratio: string;
}

/** Returns the mode that a body of Veo's asks for. */
export function modeOfVeo({ instances: [instance] }: VeoBody): Mode | { refused: Refusal } {
  const { image, lastFrame, referenceImages = [] } = instance ?? {};
  if (referenceImages.length > 0) {
    if (!image && !lastFrame) return 'reference';
    return { refused: invalid('Image and reference images cannot be both set.') };
  }
  if (lastFrame && !image) return { refused: invalid('Last frame needs an image.') };
  return lastFrame ? 'first_last_frame' : image ? 'first_frame' : 'text';
}

const TASKS: Readonly<Record<string, Mode>> = {
  text_to_video: 'text',
  image_to_video: 'first_frame',
  reference_to_video: 'reference',
};

/** Returns the mode of an interaction: its task, or what follows from its pictures. */
export function modeOfOmni({ input, generation_config }: OmniBody): Mode | { refused: Refusal } {
  const items = typeof input === 'string' ? [] : input;
  const images = items.filter(({ type }) => type === 'image').length;
  if (items.some(({ type }) => type === 'video')) {
    return { refused: wrong('Video input is not supported by this simulation.') };
  }
  const task = generation_config?.video_config?.task;
  const mode = task === undefined ? undefined : TASKS[task];
  if (mode === undefined) return images === 0 ? 'text' : images === 1 ? 'first_frame' : 'reference';
  return (mode === 'text') === (images === 0)
    ? mode
    : { refused: wrong(`Task ${String(task)} does not match the input.`) };
}

type Say = (message: string) => Refusal;
interface Checked extends Asked {
  say: Say;
}

/** Names the first thing that the model does not take, in the words of its wire. */
export const problemOf = (asked: Asked, say: Say): Refusal | undefined =>
  firstRefusal(CHECKS, { ...asked, say });

const limitsOf = ({ model, mode }: Asked): ModeCapabilities | undefined => model.modes[mode];

const CHECKS: readonly ((asked: Checked) => Refusal | undefined)[] = [
  (asked) => (limitsOf(asked) ? undefined : asked.say('Your use case is currently not supported.')),
  ({ prompt, images, say }) =>
    prompt === '' && images === 0 ? say('A prompt or an image is required.') : undefined,
  (asked) =>
    asked.images > (limitsOf(asked)?.images ?? 0)
      ? asked.say(`At most ${String(limitsOf(asked)?.images ?? 0)} images are supported.`)
      : undefined,
  ({ model, resolution, say }) =>
    model.resolutions.includes(resolution)
      ? undefined
      : say(`Resolution ${resolution} is not supported by this model.`),
  ({ model, ratio, say }) =>
    model.aspectRatios.includes(ratio)
      ? undefined
      : say(`Aspect ratio ${ratio} is not supported by this model.`),
  (asked) => {
    const lengths = lengthsOf(limitsOf(asked)?.seconds ?? asked.model.seconds);
    if (lengths.includes(asked.seconds)) return undefined;
    return asked.say(
      `Unsupported output video duration ${String(asked.seconds)} seconds, supported durations are [${lengths.join(',')}].`,
    );
  },
];
