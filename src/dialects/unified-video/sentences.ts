import { LISTS, MEANS } from '../kit/field-words';

/** What the words of the unified video API mean, for readers of the OpenAPI document. */
export const REQUEST = {
  model: MEANS.model,
  prompt: MEANS.prompt,
  duration: MEANS.seconds,
  resolution: MEANS.resolution,
  quality: 'The same as `resolution`; given together they must say the same.',
  aspectRatio: MEANS.ratio,
  mode: 'The service tier: `std` is the usual one.',
  generateAudio: MEANS.sound,
  images: 'The first frame, or the first and the last; beside a video, references.',
  referenceVideoUrls: 'Videos to go by.',
  callbackUrl: MEANS.callback,
  projectId: MEANS.requestId,
  fixedLens: MEANS.still,
  nsfwChecker: 'The check of the original, of which there is none here: true is refused.',
} as const;
export const GENERATE = {
  ...REQUEST,
  quoteId: 'The id of a quote, whose price then holds for this very request.',
} as const;

const EDGE = 'a UTC day, or a time with its offset';
const FILTER = {
  from: `The first moment that counts: ${EDGE}.`,
  to: `The end of what counts: ${EDGE}.`,
  startDate: 'The same as `from`.',
  endDate: 'The same as `to`.',
  model: 'The public name of a model.',
  key: 'The id of a key.',
} as const;
export const LOG = {
  ...FILTER,
  page: 'Which page, from 1.',
  limit: LISTS.limit,
  format: LISTS.format,
} as const;
export const SUMMARY = {
  ...FILTER,
  groupBy: 'What each row sums up.',
  format: LISTS.format,
} as const;
