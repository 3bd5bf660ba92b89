import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, FileConfigInput } from '../../src/config';
import { readConfig } from '../../src/config';
import { providers } from '../../src/providers';
import { findingOf, TRIAL_MEANINGS } from '../../src/run/trial-words';
import type { TrialMeaning } from '../../src/run/trial-words';
import { tryChannels } from '../../src/run/try-channels';
import type { CallResult } from '../../src/core/ports/outbound';
import { closeAll, httpServer, tcpServer } from '../outbound/servers';

/** `reelay try`: what an operator is told of a channel, by what its host does. */

afterEach(closeAll);

const KEY = 'sk-canary-0123456789';
const JSON_TYPE = { 'content-type': 'application/json' };

const configOf = (baseUrl: string, waits: FileConfigInput['waits'] = {}): Config =>
  readConfig(
    { REELAY_CONFIG: '' },
    {
      waits,
      channels: {
        mine: { provider: 'ark', baseUrl, credentials: { apiKey: KEY } },
        clips: { provider: 'kling', simulated: true },
      },
    },
  );

async function tried(baseUrl: string, waits: FileConfigInput['waits'] = {}, options = {}) {
  const [trial] = await tryChannels(configOf(baseUrl, waits), ['mine'], options);
  if (!trial) throw new Error('one channel was tried');
  expect(JSON.stringify(trial)).not.toContain(KEY);
  expect(trial).toMatchObject({ channel: 'mine', provider: 'ark', host: new URL(baseUrl).host });
  return trial;
}

test('a good channel is asked once, by a GET with its credential, and is well', async () => {
  const asked: string[] = [];
  const server = await httpServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.writeHead(200, JSON_TYPE).end('{"items":[],"total":0}');
  });
  // An operator wrote this base URL, so that it may be a private one.
  const trial = await tried(`${server.origin}/api/v3`);
  expect(trial).toMatchObject({ ok: true, means: 'well' });
  expect(trial.says).toMatch(/^127\.0\.0\.1:\d+ answers as ark, and takes the credential$/);
  const path = '/api/v3/contents/generations/tasks?page_num=1&page_size=1';
  expect(asked).toEqual([`GET ${path} Bearer ${KEY}`]);
});

test('a credential that is refused is said with the provider’s words, and is not in them', async () => {
  const server = await httpServer((_, response) => {
    const error = { code: 'AuthenticationError', message: `The API key ${KEY} is invalid.` };
    response.writeHead(401, JSON_TYPE).end(JSON.stringify({ error }));
  });
  const trial = await tried(server.origin);
  expect(trial).toMatchObject({ ok: false, means: 'denied' });
  expect(trial.says).toMatch(/refuses the credential \(AuthenticationError: The API key .*\)$/);
});

test('a base URL without its path is said to be wrong, with one that is right', async () => {
  const server = await httpServer((_, response) => response.writeHead(404).end('not here'));
  const trial = await tried(server.origin);
  expect(trial).toMatchObject({ ok: false, means: 'astray' });
  expect(trial.says).toMatch(
    /baseUrl looks wrong; ark's own: https:\/\/ark\.cn-beijing\.volces\.com\/api\/v3 of /,
  );
});

test('a host that does not exist, refuses, speaks no TLS, is silent or hangs up is each said', async () => {
  const closed = await tcpServer(() => undefined);
  await closeAll();
  const silent = await tcpServer(() => undefined);
  const rude = await httpServer((request) => request.socket.destroy());
  const garbage = await tcpServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
  const lookup = (_: string, done: (error: Error, list: []) => void): void =>
    done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), []);
  const found = await Promise.all([
    tried('https://ark.gone.example/api/v3', {}, { lookup }),
    tried(closed.origin),
    tried(garbage.origin.replace('http:', 'https:')),
    tried(silent.origin, { exchangeMs: 300 }),
    tried(rude.origin),
  ]);
  expect(found.map(({ means, ok }) => [means, ok])).toEqual([
    ['dns', false],
    ['refused', false],
    ['tls', false],
    ['timeout', false],
    ['broken', false],
  ]);
  expect(new Set(found.map(({ says }) => says)).size).toBe(found.length);
});

test('a simulated channel is said to be one, and nothing is called', async () => {
  const [trial] = await tryChannels(configOf('http://127.0.0.1:9'), ['clips']);
  expect(trial).toEqual({
    channel: 'clips',
    provider: 'kling',
    host: null,
    ok: true,
    means: 'simulated',
    says: 'is simulated: its videos are test clips, and nothing outside is called',
    ms: 0,
  });
});

test('docs/commands.md says what each word means', () => {
  const page = readFileSync(join(__dirname, '../../docs/commands.md'), 'utf8');
  const rows = page.split('\n').filter((line) => line.startsWith('| `'));
  for (const word of TRIAL_MEANINGS) expect(rows.join('\n')).toContain(`\`${word}\``);
});

const connect = (code: string): CallResult => ({
  kind: 'not_sent',
  reason: 'connect',
  detail: '',
  code,
});
const CODES: [code: string, means: TrialMeaning, said: string][] = [
  ['ENOTFOUND', 'dns', 'there is no host'],
  ['EAI_AGAIN', 'dns', 'cannot be looked up'],
  ['ECONNREFUSED', 'refused', 'refuses connections'],
  ['EHOSTUNREACH', 'unreachable', 'there is no way'],
  ['ENETUNREACH', 'unreachable', 'there is no way'],
  ['ETIMEDOUT', 'timeout', 'in time'],
  ['UND_ERR_CONNECT_TIMEOUT', 'timeout', 'in time'],
  ['CERT_HAS_EXPIRED', 'tls', 'has expired'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls', 'for another name'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls', 'signed by nobody'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls', 'signed by nobody'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls', 'does not speak TLS'],
  ['EPROTO', 'tls', 'does not speak TLS'],
  ['ECONNRESET', 'broken', 'closes connections'],
  ['EMFILE', 'unreachable', 'cannot be reached (EMFILE)'],
];

test.each(CODES)(
  '%s is a sentence of its own kind that names host and code',
  (code, means, said) => {
    const { trial, addresses = [] } = providers['ark'] ?? {};
    if (!trial) throw new Error('ark has a trial');
    const finding = findingOf(connect(code), {
      provider: 'ark',
      host: 'ark.example',
      trial,
      addresses,
    });
    expect(finding.means).toBe(means);
    for (const word of [said, 'ark.example', code]) expect(finding.says).toContain(word);
  },
);
