import { sentOf } from '../../src/attempts/find';
import type { FrozenRoute, Job } from '../../src/core/job/job';
import type { Attempt } from '../../src/core/provider/attempt';
import { fal } from '../../src/providers/fal';

/** What is read about a submit later names the model that was called: a look at another one's job finds none. */

const DIRECT: FrozenRoute = { channel: 'a', provider: 'fal', model: 'fal-ai/kling-video/v3' };
const LIKE: FrozenRoute = {
  channel: 'b',
  provider: 'fal',
  model: 'google/veo4',
  like: 'fal-ai/veo3.1',
};

test.each([
  ['its own id', 1, '/fal-ai/kling-video/requests/r-1/status'],
  ['the id that is called, where the known one is another', 2, '/google/veo4/requests/r-1/status'],
])('a callback is adopted by %s', async (_name, number, path) => {
  const routes = [DIRECT, LIKE];
  const model = routes[number - 1]?.like ?? DIRECT.model;
  const job = { routes, applied: { mode: 'text' } } as unknown as Job;
  const store = { jobs: { load: async () => job } };
  const deps = { store } as unknown as Parameters<typeof sentOf>[0];
  const attempt = { id: 'attempt', jobId: 'job', number, model } as Attempt;

  const named = fal.readCallback?.(
    Buffer.from('{"request_id":"r-1"}'),
    await sentOf(deps, attempt),
  );
  expect(named && fal.poll(named.operation).target).toEqual({ path });
});
