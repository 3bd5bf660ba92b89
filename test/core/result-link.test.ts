import type { Channel } from '../../src/core/catalog/catalog';
import { inlineBlob, inlineUrl, resultLink } from '../../src/core/catalog/result-link';
import type { Provider } from '../../src/core/provider/provider';
import { ark } from '../../src/providers/ark';

/** Our credential opens a result only where the provider's code says so, and only at addresses that operator and code name. */

const channel = {
  name: 'mine',
  provider: 'ark',
  baseUrl: 'https://api.example/v1',
  credentials: { apiKey: 'canary' },
  resultOrigins: ['https://api.example'],
} as unknown as Channel; // what is read of a channel here
const provider: Provider = { ...ark, keyedOrigins: ['https://storage.example'] };
const link = (url: string, keyed?: true) =>
  resultLink({ channel, provider }, { url, ...(keyed ? { keyed } : {}) }, 0);

test.each<[says: string, url: string, keyed: true | undefined, key: string | undefined]>([
  ['a path of the channel', '/videos/abc/content', true, 'Bearer canary'],
  ['a link to the channel', 'https://api.example/files/a', true, 'Bearer canary'],
  ['a link to an origin that the code names', 'https://storage.example/a', true, 'Bearer canary'],
  ['a link to another host', 'https://evil.example/a', true, undefined],
  ['a link to another port', 'https://api.example:8443/a', true, undefined],
  ['a link by another scheme', 'http://api.example/a', true, undefined],
  ['a link to a host that begins alike', 'https://api.example.evil/a', true, undefined],
  ['no link at all', 'not a link', true, undefined],
  ['a link that anybody may open', 'https://api.example/files/a', undefined, undefined],
])('%s gets the key that it should', (_, url, keyed, key) => {
  expect(link(url, keyed).headers['authorization']).toBe(key);
  expect(link(url, keyed)).toMatchObject({ url, allowedOrigins: ['https://api.example'] });
});

test('a path is one of the channel where our own code made it, and no link where a provider wrote it', () => {
  expect(link('/files/a.mp4', true)).toHaveProperty('baseUrl', 'https://api.example/v1');
  expect(link('/files/a.mp4')).not.toHaveProperty('baseUrl');
});

test('a channel that has left the config vouches for nothing', () => {
  const output = { url: '/videos/abc/content', keyed: true as const };
  expect(resultLink(undefined, output, 0)).toEqual({
    url: output.url,
    headers: {},
    allowedOrigins: [],
  });
});

test('the id of a stored file is read as it was written, and out of nothing else', () => {
  const id = 'a'.repeat(64);
  expect(inlineBlob(inlineUrl(id))).toBe(id);
  for (const url of [`blob:${id}x`, 'blob:../../etc', `https://h/blob:${id}`, 'blob:']) {
    expect(inlineBlob(url)).toBeUndefined();
  }
});
