import { newId, renderId } from '../../src/core/job/ids';
import { useTestGateway } from '../support/gateway';

/** A page of a list begins and ends at something of that list, or the request is refused by the name of the edge. */

const gateway = useTestGateway();
const admin = (path: string) => gateway.call('GET', path, { key: gateway.keys.admin_key });

let mine: string;
let theirs: { workspace: string; key: string; job: string };
beforeAll(async () => {
  const key = gateway.keys.admin_key;
  const made = await gateway.call('POST', '/v1/admin/workspaces', { key, body: { name: 'other' } });
  const workspace = made.json.id as string;
  const body = { name: 'k', scopes: ['generate', 'read'] };
  const keyed = await gateway.call('POST', `/v1/admin/workspaces/${workspace}/keys`, { key, body });
  await gateway.call('POST', `/v1/admin/workspaces/${workspace}/top-ups`, {
    key,
    body: { points: '100' },
    headers: { 'idempotency-key': 'edges' },
  });
  const job = await gateway.call('POST', '/v1/videos', {
    key: keyed.json.secret,
    body: { model: 'seedance-2.0', prompt: 'theirs [[sim seconds=1 video=shared]]' },
  });
  theirs = { workspace, key: keyed.json.id, job: job.json.id };
  mine = await gateway.create();
});

const NOBODYS = renderId('video', newId());

test.each(['after', 'before'])('a video of nobody, or of others, is no edge: %s', async (side) => {
  for (const id of [NOBODYS, theirs.job]) {
    for (const more of ['', '&limit=0', '&status=failed', `&order=asc`]) {
      const { status, json } = await gateway.call('GET', `/v1/videos?${side}=${id}${more}`);
      expect({ status, error: json.error }).toMatchObject({
        status: 400,
        error: { code: 'invalid_request', param: side, message: expect.stringContaining('no') },
      });
    }
  }
  const edge = await gateway.call('GET', `/v1/videos?${side}=${mine}&status=failed`);
  expect(edge).toMatchObject({ status: 200, json: { data: [], has_more: false } });
});

test('both edges of a list of videos count, and a deleted video stays one', async () => {
  const made: string[] = [];
  for (let index = 0; index < 4; index += 1) made.push(await gateway.create());
  const [first = '', second, third, last = ''] = made;
  await gateway.ended(last);
  await gateway.call('DELETE', `/v1/videos/${last}`);
  const between = await gateway.call('GET', `/v1/videos?after=${last}&before=${first}`);
  expect(between.json).toMatchObject({ data: [{ id: third }, { id: second }], has_more: false });
});

test('the lists of the admin API begin after something of theirs', async () => {
  const own = `/v1/admin/workspaces/${gateway.workspaceId}/keys`;
  const lists: [path: string, stranger: string][] = [
    ['/v1/admin/workspaces', theirs.key],
    [own, theirs.key],
    ['/v1/admin/jobs', theirs.workspace],
    ['/v1/admin/deliveries', theirs.job],
    ['/v1/admin/keeps', theirs.workspace],
  ];
  for (const [path, stranger] of lists) {
    for (const id of [newId(), stranger]) {
      const { status, json } = await admin(`${path}?after=${id}`);
      expect({ path, status, param: json.error.param }).toEqual({
        ...{ path, status: 400, param: 'after' },
      });
    }
  }
});

test.each([
  ['/v1/videos/x/content?variant=video&variant=thumbnail', 'variant'],
  ['/v1/videos?limit=1&limit=2', 'limit'],
  ['/v1/videos?order=asc&order=asc', 'order'],
  ['/v1/videos?metadata=%7B%7D&metadata=%7B%7D', 'metadata'],
  ['/v1/usage/logs?format=csv&format=json', 'format'],
  ['/v1/contents/generations/tasks?page_num=1&page_num=2', 'page_num'],
])('a parameter that is there twice is refused as that: %s', async (path, param) => {
  const { status, text } = await gateway.call('GET', path);
  expect(status).toBe(400);
  expect(text).toContain(`${param}: is there twice; send it once`);
});

test.each(['', ','])('tasks of no id at all are not all tasks: filter.task_ids=%s', async (ids) => {
  const path = `/v1/contents/generations/tasks?filter.task_ids=${ids}`;
  const { status, json } = await gateway.call('GET', path);
  expect({ status, error: json.error }).toMatchObject({
    status: 400,
    error: { param: 'filter.task_ids', message: 'filter.task_ids: names no id' },
  });
});
