import { fal } from '../../src/providers/fal';
import type { Reply } from '../../src/core/provider/exchange';

/** A request is asked for at its app, which its own address names; what comes from outside becomes no part of another path. */

const SENT = { attemptId: 'a', model: 'fal-ai/kling-video/v3', mode: 'text' as const };

const created = (statusUrl: unknown): Reply => ({
  status: 200,
  headers: {},
  body: Buffer.from(JSON.stringify({ request_id: 'r-1', status_url: statusUrl })),
});

function lookAt(statusUrl: unknown): unknown {
  const reading = fal.readSubmit(created(statusUrl), SENT);
  return reading.state === 'accepted' && fal.poll(reading.operation).target;
}

test.each([
  ['https://queue.fal.run/fal-ai/kling-video/requests/r-1/status', 'fal-ai/kling-video'],
  ['http://127.0.0.1:8090/fal/fal-ai/veo3.1/requests/r-1/status', 'fal-ai/veo3.1'],
  ['https://queue.fal.run/workflows/acme/film/requests/r-1/status', 'workflows/acme/film'],
  ['https://queue.fal.run/comfy/acme/film/requests/r-1/status', 'comfy/acme/film'],
])('%s is an address of %s', (url, app) => {
  expect(lookAt(url)).toEqual({ path: `/${app}/requests/r-1/status` });
});

test.each([
  [undefined],
  ['no address'],
  ['https://queue.fal.run/requests/r-1/status'],
  ['https://queue.fal.run/..%2f..%2f/x%3fy/requests/r-1/status'],
  ['https://queue.fal.run/.hidden/app/requests/r-1/status'],
  [7],
])('%j names none, and the app is that of the model', (url) => {
  expect(lookAt(url)).toEqual({ path: '/fal-ai/kling-video/requests/r-1/status' });
});
