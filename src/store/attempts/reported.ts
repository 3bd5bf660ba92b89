import type { Usage } from '../../core/job/outcome';

/**
 * What a provider reports of use, as the books can hold it. Its number is no reason to fail: what cannot be booked
 * would be asked for again for ever.
 */
export function reported(usage: Usage | undefined): { tokens: bigint; seconds: number } {
  return {
    tokens: BigInt(Math.round(counted(usage?.tokens))),
    seconds: counted(usage?.seconds),
  };
}

function counted(number: number | undefined): number {
  return number !== undefined && number > 0 ? Math.min(number, Number.MAX_SAFE_INTEGER) : 0;
}
