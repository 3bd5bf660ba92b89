import { statementsIn } from '../../bench/phases/cost';
import { delaysOf } from '../../bench/phases/delays';
import { lifecycleRatio, medianCpu } from '../../bench/phases/lifecycles';

const LOG = `2026-11-28 18:00:00.000 UTC [7] LOG:  statement: BEGIN
2026-11-28 18:00:00.001 UTC [7] LOG:  execute <unnamed>: select "id",
	"state" from "jobs" -- LOG:  statement: quoted
2026-11-28 18:00:00.001 UTC [7] DETAIL:  Parameters: $1 = 'LOG:  execute x: '
2026-11-28 18:00:00.002 UTC [8] LOG:  execute settle_job: update jobs set state = $1
2026-11-28 18:00:00.003 UTC [7] LOG:  statement: COMMIT
2026-11-28 18:00:00.004 UTC [9] LOG:  received SIGHUP, reloading configuration files
`;

test('the database’s log counts each statement once, simple, unnamed and prepared', () => {
  expect(statementsIn(LOG)).toBe(4);
  expect(statementsIn('')).toBe(0);
});

describe('the delays after a job’s end at its provider', () => {
  const jobs = [
    { n: 0, id: 'video_a', endedAt: 1_040 },
    { n: 1, id: 'video_b', endedAt: 2_100 },
  ];
  const ends = new Map([
    [0, 1_000],
    [1, 2_000],
  ]);

  test('count from that end, to the row and to the receiver', () => {
    expect(delaysOf(jobs, ends, { video_a: 1_050, video_b: 2_500 })).toEqual({
      jobs: 2,
      end_to_settled_ms: { p50: 40, p99: 100 },
      end_to_callback_ms: { p50: 50, p99: 500 },
    });
  });
  test('are an error where a callback never came', () => {
    expect(() => delaysOf(jobs, ends, { video_a: 1_050 })).toThrow('no callback came for video_b');
  });
  test('are an error where the provider knows no such job', () => {
    expect(() => delaysOf(jobs, new Map(), {})).toThrow('knows no job of create 0');
  });
});

describe('blocks of lifecycles', () => {
  const block = (per_s: number, api: number | null) => ({
    per_s,
    cpu_ms_per_job: { api },
    elsewhere: 0,
  });
  const ours = [block(8, 50), block(6, 70)];

  test('are compared by their medians', () => {
    expect(lifecycleRatio(ours, [block(14, null), block(14, null)])).toBe(0.5);
  });
  test('have the CPU time of all, or none where one does not know it', () => {
    expect(medianCpu(ours)).toEqual({ api: 60 });
    expect(medianCpu([block(1, 5), block(1, null)])).toEqual({ api: null });
  });
});
