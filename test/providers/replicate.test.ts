import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import { replicate } from '../../src/providers/replicate';
import { webhookSignature } from '../../src/providers/kit';

/** What the wire files cannot tell of Replicate: where each kind of model is called, and whose callbacks are believed. */

const VERSION = '5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa';

function calledAs(calledModel: string): unknown {
  const model = 'bytedance/seedance-1-pro';
  const capabilities = replicate.models[model];
  if (!capabilities) throw new Error('no such model');
  const request = { model, prompt: 'a cat', inputs: [], passthrough: {} };
  const applied = applyCapabilities(request, capabilities);
  const call = replicate.submit({ attemptId: 'a', model, calledModel, applied, blobs: new Map() });
  const { version } = JSON.parse(String(call.body)) as { version?: string };
  return [call.target, version];
}

test.each([
  ['bytedance/seedance-1-pro', '/models/bytedance/seedance-1-pro/predictions', undefined],
  ['deployments/acme/film', '/deployments/acme/film/predictions', undefined],
  [VERSION, '/predictions', VERSION],
  [`acme/film:${VERSION}`, '/predictions', `acme/film:${VERSION}`],
])('%s is called at %s', (model, path, version) => {
  expect(calledAs(model)).toEqual([{ path }, version]);
});

test.each([
  [{}, true],
  [{ cancelAfter: '90s' }, true],
  [{ cancelAfter: '1h30m' }, true],
  [{ cancelAfter: 'soon' }, false],
  [{ cancelAfter: '' }, false],
  [{ cancelAfter: 90 }, false],
  [{ cancelafter: '90s' }, false],
])('the options %j are taken: %j', (options, isTaken) => {
  expect(replicate.options?.safeParse(options).success).toBe(isTaken);
});

test.each([
  [{ apiToken: 'r8_abc' }, true],
  [{ apiToken: 'r8_abc', webhookSecret: 'whsec_c2VjcmV0' }, true],
  [{ apiToken: 'r8_abc', webhookSecret: 'c2VjcmV0' }, false],
  [{ apiToken: 'r8_abc', webhookSecret: 'whsec_' }, false],
  [{ apiKey: 'r8_abc' }, false],
])('the credentials %j are taken: %j', (credentials, isTaken) => {
  expect(replicate.credentials.safeParse(credentials).success).toBe(isTaken);
});

describe('a callback', () => {
  const SECRET = 'whsec_c2VjcmV0';
  const BODY = '{"id":"abc","status":"succeeded"}';
  const NOW = 1_795_262_400;
  const [id, timestamp] = ['msg_1', String(NOW)];
  const SIGNED = {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': webhookSignature({ id, timestamp, body: BODY }, SECRET),
  };
  const isBelieved = (headers: Record<string, string>, secret?: string, atSeconds = NOW) =>
    replicate.verifyCallback?.({
      headers,
      body: Buffer.from(BODY),
      credentials: {
        apiToken: 'r8_abc',
        ...(secret === undefined ? {} : { webhookSecret: secret }),
      },
      nowMs: atSeconds * 1_000,
    });

  test('is a hint of nobody’s where no secret is written down', () => {
    expect(isBelieved({})).toBe(true);
  });

  test('is believed by its signature where one is', () => {
    expect(isBelieved(SIGNED, SECRET)).toBe(true);
    expect(isBelieved(SIGNED, 'whsec_b3RoZXI=')).toBe(false);
    expect(isBelieved({}, SECRET)).toBe(false);
    expect(isBelieved(SIGNED, SECRET, NOW + 301)).toBe(false);
  });
});
