import { createVerify, generateKeyPairSync } from 'node:crypto';
import { providers } from '../../src/providers';
import { retiredAt } from '../../src/core/provider/retired';
import { google } from '../../src/providers/google';
import { signBearer } from '../../src/providers/google/bearer';
import { retiredModels } from '../../src/providers/google/retired';

/** What a channel of Google's may have as credentials and options, and how a call is signed with them. */

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2_048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});
const FILE = {
  type: 'service_account',
  project_id: 'p',
  private_key_id: 'key-1',
  private_key: privateKey,
  client_email: 'made-up@p.iam.gserviceaccount.com',
};
const KEY_FILE = JSON.stringify(FILE, null, 2);

const problems = (credentials: unknown): string[] =>
  (google.credentials.safeParse(credentials).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

describe('credentials', () => {
  test.each([
    [{ apiKey: 'k' }],
    [{ serviceAccount: KEY_FILE }],
    [{ apiKey: 'k', serviceAccount: KEY_FILE }],
  ])('are taken as they are', (credentials) => {
    expect(google.credentials.parse(credentials)).toEqual(credentials);
  });

  const CANARY = 'canary-of-a-secret';
  test.each<[string, unknown, string]>([
    ['nothing', {}, ': needs "apiKey" for the Gemini API, or "serviceAccount"'],
    ['an empty key', { apiKey: '' }, 'apiKey: is empty or blank'],
    ['an object', { serviceAccount: { ...FILE } }, 'serviceAccount: must be the JSON text'],
    ['no JSON', { serviceAccount: CANARY }, 'serviceAccount: must be the JSON text'],
    [
      'another file',
      { serviceAccount: JSON.stringify({ installed: { client_secret: CANARY } }) },
      'with "client_email" and "private_key"',
    ],
    [
      'a key that is cut off',
      { serviceAccount: JSON.stringify({ ...FILE, private_key: CANARY }) },
      'serviceAccount: has a "private_key" that cannot be read as one',
    ],
    ['a slip', { serviceaccount: CANARY }, 'did you mean "serviceAccount"?'],
  ])('%s is told, and nothing of what was written', (_, credentials, said) => {
    const told = problems(credentials).join('\n');
    expect(told).toContain(said);
    expect(told).not.toContain(CANARY);
    expect(told).not.toContain('BEGIN');
  });
});

describe('options', () => {
  const read = (options: unknown): unknown => {
    const { data, error } = google.options?.safeParse(options) ?? {};
    return data ?? error?.issues[0]?.message;
  };

  test.each([
    [{}],
    [{ project: 'my-project', location: 'global', storageUri: 'gs://my-bucket' }],
    [{ storageUri: 'gs://my-bucket/some/videos/', storageUrl: 'https://storage.internal:8443' }],
  ])('%j is taken', (options) => {
    expect(read(options)).toEqual(options);
  });

  test.each([
    [{ project: 'My Project' }, 'must be the id of a Google Cloud project'],
    [{ location: 'Frankfurt' }, 'must be a location such as'],
    [{ storageUri: 'https://my-bucket' }, 'must be a place in a bucket'],
    [{ storageUrl: 'gs://x' }, 'must be an http(s) URL'],
    [{ projectId: 'p' }, 'did you mean "project"?'],
  ])('%j is told', (options, said) => {
    expect(read(options)).toContain(said);
  });
});

describe('a model', () => {
  const lacks = (credentials: Record<string, string>, model: string, options = {}) =>
    google.lacks?.(credentials, model, options);

  test('of the Gemini API needs a key', () => {
    expect(lacks({ apiKey: 'k' }, 'gemini-omni-1.1-flash')).toBeUndefined();
    expect(lacks({ serviceAccount: KEY_FILE }, 'gemini-omni-1.1-flash')).toContain('"apiKey"');
  });

  test('of Vertex AI needs a service account and a project', () => {
    const model = 'veo-3.1-generate-001';
    expect(lacks({ apiKey: 'k' }, model)).toContain('"serviceAccount"');
    expect(lacks({ serviceAccount: KEY_FILE }, model)).toContain('"project"');
    expect(lacks({ serviceAccount: KEY_FILE }, model, { project: 'p' })).toBeUndefined();
  });

  test.each(Object.entries(retiredModels))(
    '%s is gone and has a living successor',
    (model, gone) => {
      expect(google.models).toHaveProperty([gone.successor ?? '']);
      expect(retiredModels).not.toHaveProperty([gone.successor ?? '']);
      expect(retiredAt(google, model, 'https://generativelanguage.googleapis.com')).toBe(gone);
    },
  );

  // A channel may name any id with `like`, also one that was never known here.
  test.each(['gemini-omni-flash-preview', 'veo-3.1-generate-preview'])('%s is gone', (model) => {
    expect(retiredModels).toHaveProperty([model]);
  });
});

describe('a call', () => {
  const NOW = Date.parse('2026-11-29T12:00:00Z');
  const headersOf = (target: { path: string } | { url: string }, credentials: object) =>
    google.authorize(
      { method: 'GET', target, headers: {} },
      credentials as Record<string, string>,
      NOW,
    ).headers;

  test('to the Gemini API has the key, any other a token', () => {
    const both = { apiKey: 'k', serviceAccount: KEY_FILE };
    expect(headersOf({ path: '/v1beta/interactions' }, both)).toEqual({ 'x-goog-api-key': 'k' });
    for (const target of [
      { path: '/v1/projects/p/x' },
      { url: 'https://storage.googleapis.com/storage/v1/b/a/o/b' },
    ]) {
      const headers = headersOf(target, both);
      expect(headers['authorization']).toMatch(/^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
      expect(headers).not.toHaveProperty('x-goog-api-key');
    }
  });

  test('is signed by the service account itself, for an hour', () => {
    const [head = '', claims = '', signature = ''] = signBearer(KEY_FILE, NOW).split('.');
    const decode = (part: string): unknown =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown;
    expect(decode(head)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' });
    expect(decode(claims)).toEqual({
      iss: FILE.client_email,
      sub: FILE.client_email,
      scope: 'https://www.googleapis.com/auth/cloud-platform',
      iat: NOW / 1_000 - 30,
      exp: NOW / 1_000 - 30 + 3_600,
    });
    const verify = createVerify('RSA-SHA256').update(`${head}.${claims}`);
    expect(verify.verify(publicKey, signature, 'base64url')).toBe(true);
  });
});

test('it is registered, and its results are opened at Google’s own storage alone', () => {
  expect(providers['google']).toBe(google);
  expect(google.keyedOrigins).toEqual(['https://storage.googleapis.com']);
});
