import { createServer, request as send, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulations } from '../../simulators';
import type { FileConfigInput } from '../../src/config';
import { startTestGateway, type TestGateway } from '../support/gateway';
import { startUpstream, type Upstream } from '../support/simulator';

/**
 * A model that takes an input as a link alone is given one of ours to the file that a caller sent. The edge stands for
 * the reverse proxy before the gateway and for the way to the vendor, whose own fetch it makes as soon as it is asked.
 */

const LINK =
  /http:\/\/127\.0\.0\.1:\d+\/public\/inputs\/[0-9a-f]{64}\?expires=\d+&signature=[\w-]+/;
const MODELS = {
  ark: 'doubao-seedance-2-0-260128',
  kling: 'kling-v3-omni',
} as const;

interface Fetched {
  url: string;
  status: number;
  type: string | null;
  bytes: Buffer;
}
const fetched: Fetched[] = [];
const targets: { provider: string; public: string } = { provider: '', public: '' };

let clip: Buffer;
let edge: Server;
let upstream: Upstream;
let gateway: TestGateway;

beforeAll(async () => {
  edge = createServer((incoming, outgoing) => {
    void (async () => {
      const [, side = '', path = ''] = /^\/(provider|public)(\/.*)$/.exec(incoming.url ?? '') ?? [];
      const body = await bytesOf(incoming);
      const link = side === 'provider' ? LINK.exec(body.toString())?.[0] : undefined;
      if (link) fetched.push(await fetchAsVendor(link));
      const target = new URL(path, side === 'provider' ? targets.provider : targets.public);
      const { method, headers } = incoming;
      send(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      }).end(body);
    })();
  });
  await new Promise<void>((resolve) => edge.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${String((edge.address() as AddressInfo).port)}`;
  upstream = await startUpstream({ now: Date.now });
  targets.provider = upstream.url;
  const names = Object.keys(MODELS) as (keyof typeof MODELS)[];
  const price = { perVideo: '10' };
  gateway = await startTestGateway(
    {
      channels: Object.fromEntries(
        names.map((name) => [
          name,
          {
            provider: name,
            baseUrl: upstream.baseUrlOf(name).replace(upstream.url, `${origin}/provider`),
            credentials: simulations[name]?.credentials ?? {},
            resultOrigins: [upstream.url],
          },
        ]),
      ),
      models: Object.fromEntries(
        names.map((name) => [name, { channels: [{ channel: name, model: MODELS[name] }], price }]),
      ),
    } as FileConfigInput, // names that only this loop knows
    { env: { REELAY_PUBLIC_URL: `${origin}/public` } },
  );
  targets.public = gateway.api;
  const first = await gateway.create({ model: 'ark', prompt: 'a clip [[sim seconds=1]]' });
  const { url } = await gateway.ended(first);
  clip = Buffer.from(await (await fetch(String(url))).arrayBuffer());
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await upstream?.stop();
  edge?.close();
});

test.each(Object.keys(MODELS))('%s fetches a file that it takes as a link alone', async (model) => {
  const before = fetched.length;
  const id = await gateway.create({
    model,
    prompt: 'like this one [[sim seconds=1]]',
    input_references: [{ video_url: `data:video/mp4;base64,${clip.toString('base64')}` }],
  });
  expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
  const [seen, ...more] = fetched.slice(before);
  expect(more).toEqual([]);
  expect(seen).toMatchObject({ status: 200, type: 'video/mp4' });
  expect(seen?.bytes.equals(clip)).toBe(true);
});

test('the link works in parts and by HEAD, opens nothing else, and ends after the deadline of its job', async () => {
  const url = new URL(fetched[0]?.url ?? '');
  const part = await fetch(url, { headers: { range: 'bytes=4-7' } });
  expect([part.status, await part.text()]).toEqual([206, 'ftyp']);
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(clip.length)]);

  const [{ deadline_at: deadline } = { deadline_at: new Date(0) }] = await gateway.sql<{
    deadline_at: Date;
  }>('SELECT deadline_at FROM jobs ORDER BY created_at OFFSET 1 LIMIT 1');
  expect(Number(url.searchParams.get('expires'))).toBe(Math.ceil(deadline.getTime() / 1000));

  const later = new URL(url);
  later.searchParams.set('expires', String(Number(url.searchParams.get('expires')) + 3600));
  const other = new URL(url);
  other.pathname = other.pathname.replace(/[0-9a-f]{64}$/, '0'.repeat(64));
  const bare = new URL(url.pathname, url);
  for (const wrong of [later, other, bare]) expect((await fetch(wrong)).status).toBe(403);
  expect(gateway.logged.join('\n')).not.toContain(url.searchParams.get('signature'));
});

async function fetchAsVendor(url: string): Promise<Fetched> {
  const answer = await fetch(url);
  const bytes = Buffer.from(await answer.arrayBuffer());
  return { url, status: answer.status, type: answer.headers.get('content-type'), bytes };
}

async function bytesOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
