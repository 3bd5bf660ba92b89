import { signed } from '../../src/attempts/signed';
import type { Channel } from '../../src/core/catalog/catalog';
import { jsonCall } from '../../src/core/provider/exchange';
import { providers } from '../../src/providers';

/** The id of the caller's request goes to every provider, under the name that the vendor has for it. */

const NAMES: Readonly<Record<string, string>> = {
  ark: 'x-client-request-id',
  fal: 'x-request-id',
  google: 'x-request-id',
  kling: 'x-request-id',
  minimax: 'x-request-id',
  openai: 'x-client-request-id',
  replicate: 'x-request-id',
  runway: 'x-request-id',
};

const CREDENTIALS = { apiKey: 'a-key', apiToken: 'a-token', accessKey: 'ak', secretKey: 'sk' };
const CALL = jsonCall('POST', '/videos', { prompt: 'a cat' });

const headersTo = (name: string, requestId?: string, call = CALL): Record<string, string> => {
  const provider = providers[name];
  if (!provider) throw new Error(`there is no provider ${name}`);
  const channel = { credentials: CREDENTIALS } as unknown as Channel;
  return signed({ channel, provider }, call, { requestId, now: Date.UTC(2026, 10, 30) }).headers;
};

test('every provider has a line in the table of this test', () => {
  expect(Object.keys(NAMES).sort()).toEqual(Object.keys(providers).sort());
});

test.each(Object.entries(NAMES))('%s reads the id of the request in %s', (provider, header) => {
  const headers = headersTo(provider, 'cat-7');
  expect(headers).toEqual({ ...headersTo(provider), [header]: 'cat-7' });
});

test("a caller's own word to the vendor stays, in whatever case it is written", () => {
  const call = { ...CALL, headers: { 'X-Client-Request-Id': 'mine' } };
  expect(headersTo('ark', 'cat-7', call)).toEqual(headersTo('ark', undefined, call));
});
