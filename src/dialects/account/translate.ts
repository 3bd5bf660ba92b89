import type { Pots } from '../../core/money/statement';
import { fromPots } from '../kit/statement';
import type { BalanceReply } from './schema';

export const fromBalance = (pots: Pots): BalanceReply => ({
  object: 'balance',
  ...fromPots(pots),
});
