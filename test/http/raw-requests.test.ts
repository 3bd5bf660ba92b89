import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { KEY, useTestApp } from './test-app';

/** Requests that no client of HTTP makes are answered in words, or read as what they are: nothing of them is left out. */

const app = useTestApp();

const VERSION = 'GET /v1/models HTTP/1.1';
const OWN = ['Host: a', `X-API-Key: ${KEY}`, 'Connection: close'];

async function answerTo(lines: readonly string[], body = ''): Promise<[number, string]> {
  const { hostname, port } = new URL(app.origin);
  const socket = connect(Number(port), hostname);
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  const answer = await text(socket);
  return [Number(answer.split(' ')[1]), answer];
}

test.each<[what: string, lines: string[]]>([
  ['no host', [VERSION, ...OWN.slice(1)]],
  ['two hosts', [VERSION, 'Host: b', ...OWN]],
  ['one host twice', [VERSION, 'Host: a', ...OWN]],
])('a request with %s is told so, with its id', async (_what, lines) => {
  const [status, answer] = await answerTo(lines);
  expect(status).toBe(400);
  expect(answer).toMatch(/\r\nx-request-id: \S+\r\n/i);
  expect(answer).toContain('"param":"Host"');
});

test('a request of HTTP/1.0 needs no host', async () => {
  const [status] = await answerTo(['GET /v1/models HTTP/1.0', `X-API-Key: ${KEY}`]);
  expect(status).toBe(200);
});

test('a header behind two thousand others counts as the first one does', async () => {
  const many = Array.from({ length: 2_500 }, (_, index) => `${(index % 36).toString(36)}:`);
  const [status] = await answerTo([
    VERSION,
    'Host: a',
    'Connection: close',
    ...many,
    ...OWN.slice(1),
  ]);
  expect(status).toBe(200);
});

test('an expectation that nobody knows is passed over', async () => {
  const [status, answer] = await answerTo([VERSION, ...OWN, 'Expect: 200-maybe']);
  expect(status).toBe(200);
  expect(answer).toContain('"object":"list"');
});

test.each(['gzip', 'br', 'nonsense'])(
  'a body that nobody reads may be of any encoding (%s)',
  async (encoding) => {
    const head = [VERSION, ...OWN, `Content-Encoding: ${encoding}`, 'Content-Length: 2'];
    expect((await answerTo(head, 'xx'))[0]).toBe(200);
  },
);
