import type { Refusal } from '../kit/refusal';
import { firstRefusal } from '../kit/refusal';
import type { Body } from './body';
import { invalid } from './refusal';

/** These checks refuse what a model refuses in a body that fits its schema. */

const positionsOf = ({ promptImage }: Body): unknown[] =>
  Array.isArray(promptImage)
    ? promptImage.map((frame: { position?: unknown }) => frame.position)
    : [];

const CHECKS: readonly ((body: Body) => Refusal | undefined)[] = [
  (body) => {
    const positions = positionsOf(body);
    const isTwice = new Set(positions).size < positions.length && positions[0] !== undefined;
    return isTwice ? invalid('promptImage', 'Each position may be used only once') : undefined;
  },
  // "This model does not support generating with only a last frame."
  (body) => {
    const positions = positionsOf(body);
    return positions.includes('last') && !positions.includes('first')
      ? invalid('promptImage', 'A last frame requires a first frame')
      : undefined;
  },
];

/** Names the first thing that the model does not take. */
export const problemOf = (body: Body): Refusal | undefined => firstRefusal(CHECKS, body);
