import type { Job } from './job';
import type { AppliedRequest } from '../request/request';

/** Picture and length as callers are shown them: of the video once it is there, as far as they are known, else as asked. */
export interface ShownVideo extends Pick<AppliedRequest, 'resolution' | 'aspectRatio'> {
  /** The length; undefined while the model still decides it. */
  seconds: number | undefined;
  width: number | undefined;
  height: number | undefined;
}

export function shownOf({
  state,
  applied,
  usage,
  made,
}: Pick<Job, 'state' | 'applied' | 'usage' | 'made'>): ShownVideo {
  const video = state === 'succeeded' ? (made ?? {}) : {};
  const { width, height } = video.width === undefined ? applied : video;
  const asked = applied.seconds > 0 ? applied.seconds : undefined;
  return {
    seconds: usage?.seconds ?? video.seconds ?? asked,
    width,
    height,
    resolution: video.resolution ?? applied.resolution,
    aspectRatio: video.aspectRatio ?? ratioOf(applied.aspectRatio, video),
  };
}

/**
 * Returns the ratio to show. One that was asked for stays what it is called, whatever the encoder rounds the sides to.
 */
function ratioOf(asked: string, { width, height }: { width?: number; height?: number }): string {
  if (/^\d+:\d+$/.test(asked) || width === undefined || height === undefined) return asked;
  const distance = ([across, down]: readonly [number, number]): number =>
    Math.abs(Math.log(width / height / (across / down)));
  const [nearest] = RATIOS.toSorted((a, b) => distance(a) - distance(b));
  if (nearest && distance(nearest) < TOLERANCE) return nearest.join(':');
  const divisor = divisorOf(width, height);
  return `${String(width / divisor)}:${String(height / divisor)}`;
}

/** Those that models are asked for. 864 x 480 is called 16:9. */
const RATIOS: readonly (readonly [number, number])[] = [
  [16, 9],
  [9, 16],
  [1, 1],
  [4, 3],
  [3, 4],
  [3, 2],
  [2, 3],
  [21, 9],
  [9, 21],
];
const TOLERANCE = 0.05;

const divisorOf = (a: number, b: number): number => (b === 0 ? a : divisorOf(b, a % b));

/**
 * Returns the provider's own id of the model that made the video, which a public name does not tell: `sora-2` may be made
 * by a living model of another maker. Undefined until the video is there, and where two routes of the job led to one
 * channel by different models.
 */
export function providerModelOf({
  state,
  channel,
  routes,
}: Pick<Job, 'state' | 'channel' | 'routes'>): string | undefined {
  if (state !== 'succeeded') return undefined;
  const models = new Set(
    routes.filter((route) => route.channel === channel).map(({ model }) => model),
  );
  const [model] = models;
  return models.size === 1 ? model : undefined;
}
