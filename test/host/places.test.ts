import { createServer } from 'node:net';
import { cacheFolder } from '../../src/host/cache-folder';
import { freePort, freePorts } from '../../src/host/free-port';

test('free ports are different and can be listened on', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  const server = createServer();
  const port = await freePort();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen({ port, host: '127.0.0.1' }, resolve);
  });
  await new Promise((resolve) => server.close(resolve));
});

test.each<[string, Parameters<typeof cacheFolder>[0], string]>([
  ['what is given', { given: '/a/b', xdgCacheHome: '/x', home: '/h' }, '/a/b'],
  ['the cache folder of the user', { xdgCacheHome: '/x', home: '/h' }, '/x/reelay'],
  ['the usual cache folder', { home: '/h' }, '/h/.cache/reelay'],
  [
    'the usual one for empty settings',
    { given: '', xdgCacheHome: '', home: '/h' },
    '/h/.cache/reelay',
  ],
])('the cache is %s', (_name, options, folder) => {
  expect(cacheFolder(options)).toBe(folder);
});
