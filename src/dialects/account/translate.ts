import type { Balance } from '../../core/money/ledger';
import { fromPots } from '../kit/balance';
import type { BalanceReply } from './schema';

export const fromBalance = (balance: Balance): BalanceReply => ({
  object: 'balance',
  ...fromPots(balance),
});
