import { readConfig } from '../../src/config';
import type { FileConfigInput } from '../../src/config';
import { capsOf } from '../../src/run/caps';

/** A cap with a slip of the pen holds nobody, so the start stops with a sentence that names it. */

const read = (channel: object, groups: FileConfigInput['groups'] = {}) => {
  const file = {
    channels: { account: { provider: 'ark', simulated: true, ...channel } },
    models: {
      boat: {
        channels: [{ channel: 'account', model: 'paper-1' }],
        price: { perJob: '25' },
        groups: ['default', 'gold'],
      },
    },
    groups,
  };
  return capsOf(readConfig({ REELAY_CONFIG: '' }, file as FileConfigInput));
};

test('a group is of weight 1 and priority 3 where its entry says nothing', () => {
  const caps = read({ jobsAtOnce: 5 }, { gold: { jobsAtOnce: 2 } });
  expect(caps.groups).toEqual({ gold: { jobsAtOnce: 2, weight: 1, priority: 3 } });
  expect(caps.channels['account']).toEqual({ jobsAtOnce: 5, modelJobsAtOnce: undefined });
});

test.each<[string, object, FileConfigInput['groups'], string]>([
  ['no job at once', { jobsAtOnce: 0 }, {}, 'channels.account.jobsAtOnce: must be a whole number'],
  ['half a job', { jobsAtOnce: 1.5 }, {}, 'channels.account.jobsAtOnce: must be a whole number'],
  ['a number as a text', { jobsAtOnce: '5' }, {}, 'channels.account.jobsAtOnce: must be a whole'],
  [
    'a model that nobody asks the channel for',
    { modelJobsAtOnce: { 'paper-2': 1 } },
    {},
    'channels.account.modelJobsAtOnce.paper-2: is not a known field; did you mean "paper-1"?',
  ],
  [
    'a group that no model has',
    {},
    { golden: { weight: 2 } },
    'groups.golden: no model has the group "golden" (groups of models: default, gold)',
  ],
  ['a weight of nothing', {}, { gold: { weight: 0 } }, 'groups.gold.weight'],
  ['a sixth priority', {}, { gold: { priority: 6 } }, 'groups.gold.priority'],
])('%s is refused by its name', (_, channel, groups, text) => {
  expect(() => read(channel, groups)).toThrow(text);
});
