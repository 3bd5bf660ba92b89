import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createServer } from 'node:http';
import { listen } from '../../src/http/listen';

describe('the server', () => {
  test('lets a running answer end, closes idle connections and then takes none', async () => {
    let finish: () => void = () => undefined;
    const entered = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await listen(
      (request, response) => {
        if (request.url === '/slow') {
          finish();
          void released.then(() => response.end('done'));
        } else response.end('quick');
      },
      { host: '127.0.0.1', port: 0 },
    );
    // Leaves an idle keep-alive connection behind.
    expect(await (await fetch(`${server.origin}/quick`)).text()).toBe('quick');
    const slow = fetch(`${server.origin}/slow`);
    await entered;
    const closed = server.close();
    expect(server.close()).toBe(closed);
    await expect(fetch(`${server.origin}/quick`)).rejects.toThrow();
    release();
    const response = await slow;
    expect([await response.text(), response.headers.get('connection')]).toEqual(['done', 'close']);
    await closed;
  });

  test('cuts an answer that never ends once the time to close is over', async () => {
    const server = await listen((_request, response) => response.write('x'), {
      host: '127.0.0.1',
      port: 0,
      timeouts: { closeMs: 20 },
    });
    const response = await fetch(server.origin);
    await server.close();
    await expect(response.text()).rejects.toThrow();
  });

  test('does not wait for a caller who never ends the headers', async () => {
    const server = await listen((_request, response) => response.end(), {
      host: '127.0.0.1',
      port: 0,
      timeouts: { headersMs: 50 },
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    expect(await text(socket)).toContain('408');
    await server.close();
  });

  test('lets an answer take longer than any request may take to arrive', async () => {
    let entered: () => void = () => undefined;
    const hasEntered = new Promise<void>((resolve) => (entered = resolve));
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const server = await listen(
      (request, response) => {
        if (request.url !== '/held') return;
        entered();
        void released.then(() => response.end('late'));
      },
      { host: '127.0.0.1', port: 0, timeouts: { headersMs: 50, requestMs: 50, keepAliveMs: 50 } },
    );
    const held = fetch(`${server.origin}/held`, { method: 'POST', body: 'x' });
    await hasEntered;
    // Two bodies in a row that never end are cut, so all of the server's patience with requests has passed by then.
    for (let round = 0; round < 2; round += 1) {
      const socket = connect(server.port, '127.0.0.1');
      socket.write('POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx');
      expect(await text(socket)).toContain('408');
    }
    release();
    expect(await (await held).text()).toBe('late');
    await server.close();
  });

  test('says why it cannot have a port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const attempt = listen(() => undefined, { host: '127.0.0.1', port });
    await expect(attempt).rejects.toThrow('EADDRINUSE');
    await new Promise((resolve) => other.close(resolve));
  });
});
