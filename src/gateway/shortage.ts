import { GatewayError } from '../core/errors';
import { formatPoints } from '../core/money/pricing';
import type { Shortage } from '../core/ports/store/jobs';

/** Says what is missing for a price. */
export const shortage = (short: Shortage, price: bigint): GatewayError =>
  new GatewayError('insufficient_balance', {
    message: `This request needs ${formatPoints(price)} points; ${whatIsLeft(short)}`,
  });

/** Says the same to a caller who has no points at all, whatever he asks for. */
export const noPoints = (short: Shortage): GatewayError =>
  new GatewayError('insufficient_balance', { message: `No points are left: ${whatIsLeft(short)}` });

function whatIsLeft(short: Shortage): string {
  if (short.kind === 'insufficient') return `${formatPoints(short.available)} are available.`;
  const { of, period, left, renewsAt } = short;
  const budget = period === 'ever' ? 'budget' : `${period}'s budget`;
  const owner = of === 'key' ? 'this API key' : 'this workspace';
  const renewal = renewsAt === null ? '' : `; it begins anew at ${isoSeconds(renewsAt)}`;
  return `the ${budget} of ${owner} has ${formatPoints(left)} left${renewal}.`;
}

/** Writes a moment such as `2026-11-30T00:00:00Z`. */
const isoSeconds = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
