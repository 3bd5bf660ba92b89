import { proxyActivities } from '@temporalio/workflow';

/**
 * What a lifecycle is compared with: the same three rounds with the engine as a job of ours has, and so the same 23
 * events, around activities that do nothing.
 */
export interface BareActivities {
  /** `jobMs`: how long the job takes at what stands for its provider. */
  submit(id: string, jobMs: number): Promise<void>;
  /** Throws a retryable failure with the delay until the next look while the job is not done. */
  look(id: string): Promise<string>;
  settle(id: string): Promise<void>;
}

const { submit, settle } = proxyActivities<Pick<BareActivities, 'submit' | 'settle'>>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});
const { look } = proxyActivities<Pick<BareActivities, 'look'>>({
  activityId: 'await',
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '1h',
  retry: { initialInterval: '5s', backoffCoefficient: 1 },
});

export async function bareLifecycle(id: string, jobMs: number): Promise<void> {
  await submit(id, jobMs);
  await look(id);
  await settle(id);
}
