import type { Refusal } from '../kit/refusal';
import { firstRefusal } from '../kit/refusal';
import type { Body } from './body';
import type { Endpoint } from './endpoints';
import { invalid } from './refusal';

/** These checks refuse what a model refuses in an input whose shape is right. */

interface Asked {
  body: Body;
  endpoint: Endpoint;
}

/** Pictures, videos and sounds of one request together. */
const FILES_MAX = 12;

const count = (list: readonly string[] | null | undefined): number => list?.length ?? 0;

const CHECKS: readonly ((asked: Asked) => Refusal | undefined)[] = [
  ({ body, endpoint: { resolution, resolutions } }) =>
    resolution === undefined && body.resolution != null && !resolutions.includes(body.resolution)
      ? invalid('resolution', `Input should be ${resolutions.join(' or ')}`, 'literal_error')
      : undefined,
  ({ body: { image_urls, video_urls, audio_urls } }) =>
    count(image_urls) + count(video_urls) + count(audio_urls) > FILES_MAX
      ? invalid('', `Total files must not exceed ${String(FILES_MAX)}`)
      : undefined,
  ({ body: { image_urls, video_urls, audio_urls } }) =>
    count(audio_urls) > 0 && count(image_urls) + count(video_urls) === 0
      ? invalid('audio_urls', 'At least one reference image or video is required with audio')
      : undefined,
];

/** Names the first thing that the endpoint's model does not take. */
export const problemOf = (asked: Asked): Refusal | undefined => firstRefusal(CHECKS, asked);
