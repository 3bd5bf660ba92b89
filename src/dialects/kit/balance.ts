import type { Balance } from '../../core/money/ledger';
import { formatPoints } from '../../core/money/pricing';

/** Renders the three pots of our own APIs: points as decimal text. */
export const fromPots = ({ available, held, spent }: Balance) => ({
  available: formatPoints(available),
  held: formatPoints(held),
  spent: formatPoints(spent),
});
