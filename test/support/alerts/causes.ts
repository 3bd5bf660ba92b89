import { setTimeout as sleep } from 'node:timers/promises';
import { GENERATE_VIDEO, SWEEP_SCHEDULE, VIDEO_QUEUE } from '../../../workflows/contract';
import { until } from '../kill/until';
import type { Installation } from './installation';
import { AGES, MEMORY, quickRules } from './quick-rules';

/** What happens to an installation, and which alerts it must fire. They happen in their order. */
export interface Cause {
  /** Completes "fired by". */
  what: string;
  alerts: readonly string[];
  /** Makes it happen, and returns what puts it right again. */
  happen(world: World): Promise<(() => Promise<unknown>) | undefined>;
}

export interface World extends Installation {
  /** Creates a job of the model, with directives for the simulator, and returns its public id. */
  create(model: string, directives: string, callbackUrl?: string): Promise<string>;
  cancel(id: string): Promise<void>;
  /** Gives Prometheus other rules. */
  useRules(rules: string): void;
  /** The text of alerts.yml. */
  shipped: string;
}

const WELL = 'seconds=1 video=shared';
const nothing = undefined;
const times = <T>(count: number, make: () => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, make));

/** Longer than the shipped rule lets workflow tasks wait, and less than the next step of the SDK's histogram, 10 s. */
const TASKS_WAIT_MS = 7_000;
/** Far more starts than the limited engine takes until the first of them gives up. */
const REFUSED_STARTS = 120;
const ENGINE_PER_SECOND = 5;

const OTHER_RUN = 'begun-by-another-release';
/** Started; scheduled, started and completed a task; started its timer. */
const EVENTS_OF_FIRST_TASK = 5;

export const CAUSES: readonly Cause[] = [
  {
    what: 'two jobs on a channel that runs one at a time',
    alerts: ['ReelayQueueStuck', 'ReelaySlotsWait'],
    async happen({ create, cancel }) {
      const ids = await times(2, () => create('narrow', 'seconds=600 video=shared'));
      return () => Promise.all(ids.map(cancel));
    },
  },
  {
    what: 'a provider that answers every submit with 500',
    alerts: ['ReelayBreakerOpen'],
    async happen({ create }) {
      await times(6, () => create('sick', 'fault=5xx count=100'));
      return nothing;
    },
  },
  {
    what: 'an engine that the API does not reach, and a job',
    alerts: ['ReelayStartsWait'],
    async happen({ toEngine, create }) {
      toEngine.cut();
      await create('well', WELL);
      return () => Promise.resolve(toEngine.mend());
    },
  },
  {
    what: 'a database that the API does not reach',
    alerts: ['ReelayFiguresMissing'],
    happen({ toDatabase }) {
      toDatabase.cut();
      return Promise.resolve(() => Promise.resolve(toDatabase.mend()));
    },
  },
  {
    what: 'a receiver that answers 500 until the schedule is over',
    alerts: ['ReelayCallbacksFail', 'ReelayCallbacksGivenUp'],
    async happen({ create, receiver }) {
      await times(5, () => create('well', WELL, receiver.failing));
      return nothing;
    },
  },
  {
    what: 'a provider that says succeeded and has no video',
    alerts: ['ReelayJobsInReview'],
    async happen({ create }) {
      await create('well', 'seconds=1 fault=done-no-output');
      return nothing;
    },
  },
  {
    what: 'a price that somebody changed by hand',
    alerts: ['ReelayLedgerFaults'],
    async happen({ sql }) {
      const first = 'WHERE id = (SELECT id FROM jobs ORDER BY id LIMIT 1)';
      await sql(`UPDATE jobs SET price = price + 1 ${first}`);
      return () => sql(`UPDATE jobs SET price = price - 1 ${first}`);
    },
  },
  {
    what: 'a sweep whose Schedule is paused, and a job',
    alerts: ['ReelaySweepMissing', 'ReelayLedgerUncovered', 'ReelayLedgerUnchecked'],
    async happen({ client, create }) {
      const schedule = client.schedule.getHandle(SWEEP_SCHEDULE);
      await schedule.pause();
      await create('well', WELL);
      return () => schedule.unpause();
    },
  },
  {
    what: 'a threshold below what the processes hold',
    alerts: ['ReelayMemoryHigh'],
    happen({ useRules, shipped }) {
      useRules(quickRules(shipped, { ...AGES, ...MEMORY }));
      return Promise.resolve(() => Promise.resolve(useRules(quickRules(shipped, AGES))));
    },
  },
  {
    what: 'a worker that was stopped',
    alerts: ['ReelayDown', 'TemporalNoPollers'],
    async happen({ stopWorker }) {
      await stopWorker();
      return nothing;
    },
  },
  {
    what: `jobs that waited ${String(TASKS_WAIT_MS / 1_000)} s for a worker`,
    alerts: ['TemporalWorkflowTasksWait'],
    async happen({ create, startWorker }) {
      await times(5, () => create('well', WELL));
      await sleep(TASKS_WAIT_MS);
      await startWorker();
      return nothing;
    },
  },
  {
    what: 'a workflow that answers with 5 MiB',
    alerts: ['TemporalMessageTooLarge'],
    async happen({ client, stopWorker, startOtherRelease, startWorker }) {
      await stopWorker();
      const release = await startOtherRelease();
      const start = { taskQueue: VIDEO_QUEUE, args: [{ workspace: 'nobody', request: {} }] };
      await client.workflow.start('tooLarge', { ...start, workflowId: 'too-large' });
      const run = await client.workflow.start(GENERATE_VIDEO, { ...start, workflowId: OTHER_RUN });
      return async () => {
        await client.workflow.getHandle('too-large').terminate();
        // Its first task is done: the next one finds a history that this release did not make.
        await until('another release to begin a run', async () =>
          (await run.describe()).historyLength >= EVENTS_OF_FIRST_TASK ? true : undefined,
        );
        await release.stop();
        await startWorker();
      };
    },
  },
  {
    what: 'a run that another release began',
    alerts: ['TemporalNonDeterminism'],
    async happen({ client }) {
      await client.workflow.getHandle(OTHER_RUN).signal('wake');
      return () => client.workflow.getHandle(OTHER_RUN).terminate();
    },
  },
  {
    what: `an engine that takes ${String(ENGINE_PER_SECOND)} requests a second, and ${String(REFUSED_STARTS)} jobs`,
    alerts: ['TemporalStartsRefused'],
    async happen({ stopWorker, limitEngine, create }) {
      await stopWorker();
      await limitEngine(ENGINE_PER_SECOND);
      await times(REFUSED_STARTS, () => create('well', WELL));
      return nothing;
    },
  },
];
