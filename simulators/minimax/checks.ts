import { firstRefusal } from '../kit/refusal';
import type { Refusal } from '../kit/refusal';
import type { Body } from './body';
import { invalid } from './refusal';

/** These checks refuse what the newer wire refuses in a body whose shape is right. */

/** What the pages say of a model. */
interface Page {
  resolutions: readonly string[];
  seconds: readonly [min: number, max: number];
  references: boolean;
}

export const PAGES: Readonly<Record<string, Page>> = {
  'MiniMax-H3': { resolutions: ['768P', '2K'], seconds: [4, 15], references: true },
  'MiniMax-H3-Max': { resolutions: ['480P', '768P'], seconds: [5, 15], references: false },
};

type Role =
  'first_frame' | 'last_frame' | 'reference_image' | 'reference_video' | 'reference_audio';

/** Counts the items of these roles. */
export const countOf = ({ content }: Body, ...roles: readonly Role[]): number =>
  content.filter((item) => item.type !== 'text' && roles.includes(item.role)).length;

export const textOf = ({ content }: Body): string =>
  content.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join('\n');

const TEXT_LENGTH_MAX = 7_000;

/** Names the first thing that the model does not take. */
export function problemOf(body: Body): Refusal | undefined {
  const page = PAGES[body.model];
  return page
    ? firstRefusal(CHECKS, { body, page })
    : invalid('model', `${body.model} does not exist`);
}

type Check = (asked: { body: Body; page: Page }) => Refusal | undefined;

const CHECKS: readonly Check[] = [
  ({ body }) => {
    const texts = body.content.filter(({ type }) => type === 'text');
    const isThere = texts.length === 1 && textOf(body).trim() !== '';
    return isThere
      ? undefined
      : invalid('content', 'must include a non-empty text item (prompt is required)');
  },
  ({ body }) =>
    textOf(body).length > TEXT_LENGTH_MAX ? invalid('content', 'text is too long') : undefined,
  ({ body, page }) =>
    page.resolutions.includes(body.resolution) ? undefined : invalid('resolution'),
  ({ body, page: { seconds } }) =>
    body.duration < seconds[0] || body.duration > seconds[1] ? invalid('duration') : undefined,
  ({ body, page }) => rolesProblem(body, page),
  ({ body }) => {
    const isOpen = (body.ratio ?? 'adaptive') === 'adaptive';
    const isText = body.content.every(({ type }) => type === 'text' || type === 'audio_url');
    return isOpen && isText ? invalid('ratio', 'must not be adaptive here') : undefined;
  },
];

function rolesProblem(body: Body, { references: takes }: Page): Refusal | undefined {
  const [first, last] = [countOf(body, 'first_frame'), countOf(body, 'last_frame')];
  const [pictures, videos, audios] = [
    countOf(body, 'reference_image'),
    countOf(body, 'reference_video'),
    countOf(body, 'reference_audio'),
  ];
  const references = pictures + videos + audios;
  if (first > 1 || last > 1) return invalid('content', 'has a frame twice');
  if (last > 0 && first === 0) return invalid('content', 'has a last_frame without a first_frame');
  if (references > 0 && !takes) return invalid('content', 'references are not supported');
  if (references > 0 && first + last > 0) {
    return invalid('content', 'frames and references are mutually exclusive');
  }
  if (pictures > 9 || videos > 3 || audios > 3) return invalid('content', 'has too many items');
  return audios > 0 && pictures + videos === 0
    ? invalid('content', 'reference_audio needs an image or a video')
    : undefined;
}
