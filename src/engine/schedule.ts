import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import type { Waits } from '../core/settings/waits';
import { SWEEP, SWEEP_SCHEDULE, VIDEO_QUEUE } from '../../workflows/contract';

/** Makes sure that the sweep runs at this interval, and once now. Any number of processes may call it. */
export async function ensureSweep(
  client: Client,
  { sweepEveryMs, heartbeatMs }: Pick<Waits, 'sweepEveryMs' | 'heartbeatMs'>,
): Promise<void> {
  const spec = { intervals: [{ every: sweepEveryMs }] };
  const action = {
    type: 'startWorkflow' as const,
    workflowType: SWEEP,
    taskQueue: VIDEO_QUEUE,
    args: [{ heartbeatMs }],
  };
  try {
    await client.schedule.create({
      scheduleId: SWEEP_SCHEDULE,
      spec,
      action,
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule
      .getHandle(SWEEP_SCHEDULE)
      .update(({ state: _state, ...previous }) => ({ ...previous, spec, action, state: {} }));
  }
  await client.schedule.getHandle(SWEEP_SCHEDULE).trigger();
}
