import type { SimulatedJob } from '../contract';
import { dollarsText, unitsText } from './prices';

/** What a task tells of its cost: an account pays with units of a pack, or in dollars from a balance. */

/** The key of a job's data for hundredths of a unit. */
export const UNITS = 'hundredths of a unit';

/** Tells how an account pays by its name: `cash-1` does from a balance. */
const pays = (account: string): 'cash' | 'units' => (/^cash-/.test(account) ? 'cash' : 'units');

/** Gives what the task costs in hundredths of a unit: nothing before it has made a video. Undefined where no page tells. */
function chargeOf(job: SimulatedJob): number | undefined {
  if (job.state !== 'succeeded') return 0;
  if (job.usage !== undefined) return Math.round(job.usage * 100);
  const counted = job.data[UNITS];
  return typeof counted === 'number' ? counted : undefined;
}

/** Gives the fields of the older wire, where an account that pays in money is told that no units were taken. */
export function deductionOf(job: SimulatedJob): Record<string, unknown> {
  const charge = chargeOf(job);
  if (charge === undefined) return {};
  if (pays(job.account) === 'units') return { final_unit_deduction: unitsText(charge) };
  const money = dollarsText(charge);
  return {
    final_unit_deduction: '0',
    final_balance_deduction: { quota: money, list_price: money },
  };
}

/** Gives the entries of `billing` on the newer wire. */
export function billingOf(job: SimulatedJob): Record<string, unknown>[] {
  const charge = chargeOf(job);
  if (job.state !== 'succeeded' || charge === undefined) return [];
  if (pays(job.account) === 'units') {
    return [{ charge_type: 'unit', amount: unitsText(charge), package_type: 'video' }];
  }
  const amount = dollarsText(charge);
  return [
    { charge_type: 'cash', cash_type: 'balance', amount, currency: 'USD', list_price: amount },
  ];
}
