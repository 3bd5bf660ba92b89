import type { Capabilities } from '../request/capabilities';
import type { AppliedRequest } from '../request/request';

/** Seconds for what lies beside the provider's own clock: busy channels before it starts, a look after it ends. */
export const DEADLINE_MARGIN_SECONDS = 1_800;

/**
 * Returns our patience with a job in seconds, from create on: what the model needs in that service tier, and at least
 * what the request allows the provider, since a job that is given up earlier may still be rendered and billed. An
 * operator's word takes the place of both.
 */
export function deadlineSecondsOf(
  { deadlineSeconds, tierDeadlineSeconds = {} }: Patience,
  { serviceTier = '', expiresAfterSeconds }: Pick<AppliedRequest, DeadlineFields>,
  operatorSeconds?: number,
): number {
  if (operatorSeconds !== undefined) return operatorSeconds;
  const usual = tierDeadlineSeconds[serviceTier] ?? deadlineSeconds;
  if (expiresAfterSeconds === undefined) return usual;
  return Math.max(usual, expiresAfterSeconds + DEADLINE_MARGIN_SECONDS);
}

type Patience = Pick<Capabilities, 'deadlineSeconds' | 'tierDeadlineSeconds'>;
type DeadlineFields = 'serviceTier' | 'expiresAfterSeconds';
