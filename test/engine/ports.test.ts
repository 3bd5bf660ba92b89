import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { choosePorts, rememberPorts } from '../../src/engine/ports';
import { temporaryFolder } from '../host/temporary';

/** Bookmarks of the web page and addresses of other programs hold over a restart, as far as the ports are free. */

test('the ports of the last start are taken again, and given ones come first', async () => {
  const folder = temporaryFolder();
  const first = await choosePorts(folder, {});
  rememberPorts(folder, first);
  expect(await choosePorts(folder, {})).toEqual(first);
  expect(await choosePorts(folder, { uiPort: 61_234 })).toEqual({ ...first, uiPort: 61_234 });
});

test('one that somebody else has taken meanwhile is replaced', async () => {
  const folder = temporaryFolder();
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const { uiPort } = await choosePorts(folder, {});
  rememberPorts(folder, { port, uiPort });
  const chosen = await choosePorts(folder, {});
  other.close();
  expect(chosen.uiPort).toBe(uiPort);
  expect(chosen.port).not.toBe(port);
});

test.each(['', 'null', '[]', '{"port": "x", "uiPort": -1}', '{"port": 70000}'])(
  'a spoiled note is passed over: %s',
  async (text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ports.json'), text);
    const { port, uiPort } = await choosePorts(folder, {});
    expect(port).toBeGreaterThan(1_023);
    expect(uiPort).toBeGreaterThan(1_023);
  },
);
