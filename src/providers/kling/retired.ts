import type { RetiredModel } from '../../core/provider/provider';

/**
 * Models that Kling serves no longer, with a living one of the same wire that takes every mode that it took. Of those
 * without an announced end it is the day on which a real key was told so, or on which Kling's list had them no more.
 */
export const retiredModels: Readonly<Record<string, RetiredModel>> = {
  'kling-v1': { since: '2026-09-20', successor: 'kling-v2-5-turbo' },
  'kling-v1-5': { since: '2026-09-15', successor: 'kling-v2-5-turbo' },
  'kling-v1-6': { since: '2026-09-15', successor: 'kling-v3-omni' },
  'kling-v2-master': { since: '2026-09-20', successor: 'kling-v2-6' },
  'kling-v2-1': { since: '2026-09-15', successor: 'kling-v2-6' },
  'kling-v2-1-master': { since: '2026-09-15', successor: 'kling-v2-6' },
};
