import { memo } from '../../src/store/base/memo';

test('the same question is asked once while its answer is kept, and a failure is not kept', async () => {
  let now = 0;
  const asked: string[] = [];
  const ask = memo(
    async (provider: string, model: string) => {
      asked.push(`${provider}/${model}`);
      if (model === 'broken') throw new Error('away');
      return asked.length;
    },
    { keptMs: 100, entriesMax: 2, now: () => now },
  );
  expect(await Promise.all([ask('a', 'm'), ask('a', 'm'), ask('am', '')])).toEqual([1, 1, 2]);
  now = 99;
  expect(await ask('a', 'm')).toBe(1);
  now = 100;
  expect(await ask('a', 'm')).toBe(3);
  await expect(ask('a', 'broken')).rejects.toThrow('away');
  await expect(ask('a', 'broken')).rejects.toThrow('away');
  expect(asked).toEqual(['a/m', 'am/', 'a/m', 'a/broken', 'a/broken']);
});
