import pino from 'pino';
import { createProbes } from '../../src/http/health';
import { listen } from '../../src/http/listen';

/** The probes of a process that serves no API: what is asked in another way is refused, and nothing of the inside is told. */

const ports = {
  readiness: async () => ({ ready: true, checks: { database: 'ok' } }),
  version: '1.2.3',
};

test.each<[string, string, number, string]>([
  ['GET', '/livez', 200, '{"status":"ok"}'],
  [
    'GET',
    '/readyz',
    200,
    '{"status":"ok","checks":{"database":"ok"},"simulated":{"models":0,"all":1}}',
  ],
  ['HEAD', '/readyz', 200, ''],
  ['POST', '/livez', 405, ''],
  ['DELETE', '/readyz', 405, ''],
  ['GET', '/v1/videos', 404, ''],
  ['GET', '/%E0%A4%A', 404, ''],
])('%s %s is %d', async (method, path, status, body) => {
  const simulated = () => ({ models: 0, all: 1 });
  const app = createProbes({ ...ports, simulated, logger: pino({ level: 'silent' }) });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const answer = await fetch(`${server.origin}${path}`, { method });
  expect([answer.status, await answer.text()]).toEqual([status, body]);
  expect(answer.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : null);
  await server.close();
});

test('what fails within is logged once with the id of the request, and told by the status alone', async () => {
  const lines: string[] = [];
  const logger = pino({ base: null }, { write: (line: string) => void lines.push(line) });
  const simulated = () => {
    throw new Error('a secret of the inside');
  };
  const server = await listen(createProbes({ ...ports, simulated, logger }), {
    host: '127.0.0.1',
    port: 0,
  });
  const answer = await fetch(`${server.origin}/readyz`, { headers: { 'x-request-id': 'probe-1' } });
  expect([answer.status, await answer.text()]).toEqual([500, '']);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    requestId: 'probe-1',
    path: '/readyz',
    err: { message: 'a secret of the inside' },
  });
  await server.close();
});
