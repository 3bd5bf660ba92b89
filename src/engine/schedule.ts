import { ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import type { Client } from '@temporalio/client';
import { SWEEP, SWEEP_SCHEDULE, VIDEO_QUEUE } from '../../workflows/contract';

/** Makes sure that the sweep runs at this interval, and once now. Any number of processes may call it. */
export async function ensureSweep(client: Client, everyMs: number): Promise<void> {
  const spec = { intervals: [{ every: everyMs }] };
  try {
    await client.schedule.create({
      scheduleId: SWEEP_SCHEDULE,
      spec,
      action: { type: 'startWorkflow', workflowType: SWEEP, taskQueue: VIDEO_QUEUE, args: [] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1m' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await client.schedule
      .getHandle(SWEEP_SCHEDULE)
      .update(({ state: _state, ...previous }) => ({ ...previous, spec, state: {} }));
  }
  await client.schedule.getHandle(SWEEP_SCHEDULE).trigger();
}
