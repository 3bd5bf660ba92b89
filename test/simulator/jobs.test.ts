import { startUpstream, type Upstream } from '../support/simulator';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream();
});
afterEach(() => upstream.stop());

describe('the clock of a job', () => {
  test('a job ends 3 to 6 s after accept where the prompt says nothing', async () => {
    const ids = await Promise.all(['a', 'b', 'c', 'd'].map((prompt) => upstream.submit(prompt)));
    upstream.advance(2_999);
    for (const id of ids) expect((await upstream.task(id))['status']).not.toBe('succeeded');
    upstream.advance(3_001);
    for (const id of ids) expect((await upstream.task(id))['status']).toBe('succeeded');
  });

  test('seconds= sets the run time, and the times of the task tell it', async () => {
    const id = await upstream.submit('a [[sim seconds=60]] b');
    expect(await upstream.task(id)).toMatchObject({ status: 'queued', updated_at: 1795262400 });
    upstream.advance(59_999);
    expect(await upstream.task(id)).toMatchObject({ status: 'running', updated_at: 1795262409 });
    upstream.advance(1);
    expect(await upstream.task(id)).toMatchObject({
      status: 'succeeded',
      created_at: 1795262400,
      updated_at: 1795262460,
    });
  });

  test('queued= keeps a job cancelable before its run begins', async () => {
    const id = await upstream.submit('[[sim queued=10 seconds=5]]');
    upstream.advance(9_999);
    expect((await upstream.task(id))['status']).toBe('queued');
    upstream.advance(1);
    expect((await upstream.task(id))['status']).toBe('running');
    upstream.advance(5_000);
    expect((await upstream.task(id))['status']).toBe('succeeded');
  });

  test('polls=N reports running for N-1 GETs and ends at the Nth, whatever the clock says', async () => {
    const id = await upstream.submit('[[sim polls=3]]');
    upstream.advance(100_000);
    const statuses = [];
    for (let look = 0; look < 4; look += 1) statuses.push((await upstream.task(id))['status']);
    expect(statuses).toEqual(['running', 'running', 'succeeded', 'succeeded']);
  });

  test('only looks at the job itself move polls= on', async () => {
    const id = await upstream.submit('[[sim polls=2]]');
    for (let look = 0; look < 3; look += 1) await upstream.call('GET', '');
    await upstream.job(id);
    expect((await upstream.task(id))['status']).toBe('running');
    expect((await upstream.task(id))['status']).toBe('succeeded');
  });

  test.each([
    ['fail', 'failed'],
    ['policy', 'failed'],
    ['expired', 'expired'],
    ['stuck', 'running'],
  ])('fault=%s ends as %s', async (fault, status) => {
    const id = await upstream.submit(`[[sim fault=${fault}]]`);
    upstream.advance(80_000_000);
    const task = await upstream.task(id);
    expect(task['status']).toBe(status);
    expect(task).not.toHaveProperty('content');
    expect(task).not.toHaveProperty('usage');
  });
});

describe('what it counts', () => {
  test('submits, GETs and DELETEs per job and in total', async () => {
    const id = await upstream.submit('a cat [[sim queued=60]]');
    const other = await upstream.submit('a dog');
    await upstream.task(id);
    await upstream.task(id);
    await upstream.call('DELETE', `/${id}`);
    expect(await upstream.job(id)).toEqual({
      id,
      provider: 'ark',
      account: expect.any(String) as unknown,
      state: 'canceled',
      submits: 1,
      submits_accepted: 1,
      gets: 2,
      deletes: 1,
      callbacks: 0,
      prompt: 'a cat [[sim queued=60]]',
      callback_url: null,
      created_at: 1795262400000,
    });
    expect(await upstream.job(other)).toMatchObject({ gets: 0, deletes: 0, submits: 1 });
    expect(await upstream.counters()).toMatchObject({
      jobs: 2,
      submits_seen: 2,
      submits_accepted: 2,
      gets: 2,
      deletes: 1,
    });
  });

  test('a second submit of one prompt shows, which is how a test proves there was none', async () => {
    await upstream.submit('twice');
    await upstream.submit('twice');
    await upstream.submit('once');
    expect(await upstream.counters()).toMatchObject({
      submits_accepted_max_per_prompt: 2,
      by_prompt: { twice: { seen: 2, accepted: 2 }, once: { seen: 1, accepted: 1 } },
    });
  });

  test('jobs are found by a part of their prompt, newest first', async () => {
    const first = await upstream.submit('order 17 a');
    await upstream.submit('order 18');
    const last = await upstream.submit('order 17 b');
    const response = await fetch(`${upstream.url}/_sim/jobs?contains=order%2017`);
    const { jobs, total } = (await response.json()) as { jobs: { id: string }[]; total: number };
    expect(jobs.map((job) => job.id)).toEqual([last, first]);
    expect(total).toBe(2);
  });
});

describe('the endpoints', () => {
  test.each([
    ['GET', '/nobody/x', 404],
    ['GET', '/ark/contents/generations', 404],
    ['PUT', '/ark/contents/generations/tasks', 405],
    ['GET', '/ark/contents/generations/tasks/%ZZ', 404],
    ['GET', '/_sim/nothing', 404],
    ['GET', '/_sim/jobs/unknown', 404],
    ['GET', '/_sim/jobs/%ZZ', 404],
    ['GET', '/constructor/x', 404],
  ])('%s %s answers %d in JSON', async (method, path, status) => {
    const response = await fetch(`${upstream.url}${path}`, { method });
    expect(response.status).toBe(status);
    expect(await response.json()).toHaveProperty('error');
  });

  test('an id is found in its percent-encoded form', async () => {
    const id = await upstream.submit('a');
    const encoded = [...id].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
    expect((await upstream.task(encoded))['id']).toBe(id);
  });

  test('another key does not see the job', async () => {
    const id = await upstream.submit('a');
    const url = `${upstream.baseUrlOf('ark')}/contents/generations/tasks`;
    const headers = { authorization: 'Bearer another-key' };
    expect((await fetch(`${url}/${id}`, { headers })).status).toBe(404);
    expect((await fetch(`${url}/${id}`, { headers, method: 'DELETE' })).status).toBe(404);
    expect(await (await fetch(url, { headers })).json()).toEqual({ items: [], total: 0 });
    expect((await upstream.task(id))['id']).toBe(id);
  });

  test('the key itself is kept nowhere', async () => {
    const id = await upstream.submit('a');
    expect(JSON.stringify(await upstream.job(id))).not.toContain('a-key');
  });
});
