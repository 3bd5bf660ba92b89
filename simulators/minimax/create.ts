import type { Admission, NewTask } from '../kit/refusal';
import { readBody, type Body } from './body';
import { countOf, problemOf, textOf } from './checks';
import { SOLD } from './charges';

/** Checks a create body of the newer wire and makes a task of it. */
export function admit(bytes: Uint8Array): Admission {
  const read = readBody(bytes);
  if ('refused' in read) return read;
  const refused = problemOf(read.body);
  return refused ? { refused } : { task: taskOf(read.body) };
}

/** Pixels of a square of that resolution; other shapes have about as many [?]. */
const SIDES: Readonly<Record<Body['resolution'], number>> = {
  '480P': 640,
  '768P': 1016,
  '2K': 1920,
};

/** The sizes that are known, by resolution and shape. */
const SIZES: Readonly<Record<string, readonly [number, number]>> = {
  '768P 16:9': [1344, 768],
  '768P 9:16': [768, 1344],
  '2K 16:9': [2560, 1440],
  '2K 9:16': [1440, 2560],
};

/** The videos among the inputs last so long here, each, since nothing is fetched; together at most fifteen seconds. */
const INPUT_SECONDS = 5;

function taskOf(body: Body): NewTask {
  const asked = body.ratio ?? 'adaptive';
  const ratio = asked === 'adaptive' ? '16:9' : asked;
  const [width, height] = SIZES[`${body.resolution} ${ratio}`] ?? sizeOf(body.resolution, ratio);
  return {
    model: body.model,
    prompt: textOf(body),
    seconds: body.duration,
    width,
    height,
    fps: 24,
    seed: 0,
    ...(body.callback_url ? { callbackUrl: body.callback_url } : {}),
    data: {
      wire: 'h3',
      ratio,
      [SOLD.model]: body.model,
      [SOLD.resolution]: body.resolution,
      [SOLD.pictures]: countOf(body, 'first_frame', 'last_frame', 'reference_image'),
      [SOLD.inputSeconds]: Math.min(INPUT_SECONDS * countOf(body, 'reference_video'), 15),
    },
  };
}

function sizeOf(resolution: Body['resolution'], ratio: string): [number, number] {
  const [wide = 1, high = 1] = ratio.split(':').map(Number);
  const side = SIDES[resolution];
  const even = (length: number): number => 32 * Math.round(length / 32);
  return [even(side * Math.sqrt(wide / high)), even(side * Math.sqrt(high / wide))];
}
