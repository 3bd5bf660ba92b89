import { BlockedError, createConnector, systemLookup } from '../../src/outbound/connector';
import type * as Guard from '../../src/outbound/guard';
import { closeAll, outbound, soon, tcpServer, until } from './servers';

/** The guard is fooled about the address before the connection, as by a system that dials another one. */
let believes = 0;
jest.mock('../../src/outbound/guard', () => {
  const real = jest.requireActual<typeof Guard>('../../src/outbound/guard');
  return {
    ...real,
    isPublic: (address: string) => {
      believes -= 1;
      return believes >= 0 || real.isPublic(address);
    },
  };
});

afterEach(closeAll);

it('a literal address is refused before a connection is tried', async () => {
  const server = await tcpServer(() => undefined);
  believes = 0;
  const connector = createConnector({ publicOnly: true, timeoutMs: 1_000, lookup: systemLookup });
  const target = { hostname: '127.0.0.1', protocol: 'http:', port: String(server.port) };
  const [error] = await new Promise<unknown[]>((resolve) => {
    connector(target, (...outcome) => resolve(outcome));
  });
  expect(error).toBeInstanceOf(BlockedError);
  expect(server.connections()).toBe(0);
});

it('the peer of the connection has the last word, and gets no byte', async () => {
  const server = await tcpServer(() => undefined);
  believes = 1;
  const result = await outbound({
    allowHttp: true,
    lookup: (_name, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
  }).call(
    {
      method: 'POST',
      target: { url: `http://public.example:${String(server.port)}/` },
      headers: {},
      body: 'secret',
    },
    soon(),
  );
  expect(result).toEqual({
    kind: 'not_sent',
    reason: 'blocked',
    detail: 'the host could not be reached',
  });
  await until(() => server.connections() === 1 && server.sockets.size === 0);
  expect(server.received()).toBe('');
});
