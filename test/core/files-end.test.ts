import { filesEndAt } from '../../src/core/job/files';
import type { JobState } from '../../src/core/job/job';

const DAY = 86_400_000;
const END = 1_767_225_660_000;

test.each<[string, files: number | null, jobs: number | null, JobState, until: number | undefined]>(
  [
    ['by their own wait', 30 * DAY, 90 * DAY, 'succeeded', END + 30 * DAY],
    ['with their job', 30 * DAY, 7 * DAY, 'succeeded', END + 7 * DAY],
    ['by the only wait that there is', 30 * DAY, null, 'succeeded', END + 30 * DAY],
    ['with a job of its own wait', null, 90 * DAY, 'succeeded', END + 90 * DAY],
    ['never', null, null, 'succeeded', undefined],
    ['at no time, where none were made', 30 * DAY, 90 * DAY, 'failed', undefined],
  ],
)('files go %s', (_how, filesMs, jobsMs, state, until) => {
  expect(filesEndAt({ filesMs, jobsMs }, { state, finishedAt: END })).toBe(until);
});

test('files of a job that has not ended have no end', () => {
  expect(
    filesEndAt({ filesMs: DAY, jobsMs: DAY }, { state: 'running', finishedAt: undefined }),
  ).toBeUndefined();
});
