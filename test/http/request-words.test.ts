import { useTestApp } from './test-app';

/** What a request says is kept exactly, or refused by the field's own name; nothing of it is changed silently. */

const app = useTestApp();

const good = { model: 'clip-1', prompt: 'a cat' };

async function refusal(path: string, init: RequestInit): Promise<[number, string]> {
  const response = await app.send(path, { method: 'POST', ...init });
  const body = (await response.json()) as { message?: string; error?: { message: string } };
  return [response.status, body.message ?? body.error?.message ?? ''];
}
const json = (text: string): RequestInit => ({
  headers: { 'content-type': 'application/json' },
  body: text,
});

test.each([
  [
    '"metadata":{"ref":12345678901234567890}',
    /^metadata\.ref: 12345678901234567890 has more digits/,
  ],
  ['"metadata":{"list":[1,{"x":0.12345678901234567891}]}', /^metadata\.list\.1\.x: .*more digits/],
  ['"metadata":{"huge":1e400}', /^metadata\.huge: .*more digits/],
  ['"metadata":{"__proto__":{"a":1}}', /^metadata\.__proto__: is not a name/],
  ['"metadata":{"\\u005f_proto__":1}', /^metadata\.__proto__: is not a name/],
  ['"metadata":"{\\"ref\\":12345678901234567890}"', /^metadata\.ref: .*more digits/],
])('%s is refused by its name', async (field, said) => {
  const text = JSON.stringify(good).replace('}', `,${field}}`);
  for (const path of ['/v1/videos', '/v1/video/generations']) {
    const [status, message] = await refusal(path, json(text));
    expect([status, message]).toEqual([400, expect.stringMatching(said)]);
  }
});

test('numbers that are kept exactly pass, however they are written', async () => {
  const text = '{"a":1.50,"b":1e2,"c":9007199254740992,"d":0.1,"e":-0.0,"f":100000000000000000000}';
  const response = await app.send('/v1/videos', {
    method: 'POST',
    ...json(JSON.stringify(good).replace('}', `,"metadata":${text}}`)),
  });
  expect(response.status).toBe(200);
  expect(app.gateway.creations.at(-1)?.metadata).toEqual(JSON.parse(text));
});

test('a plain input_reference is blamed under its own name', async () => {
  for (const value of ['cat.png', 'data:image/png;base64,AAAA']) {
    const body = JSON.stringify({ ...good, input_reference: value });
    const [status, message] = await refusal('/v1/videos', json(body));
    expect([status, message]).toEqual([400, expect.stringMatching(/^input_reference: /)]);
  }
  const body = JSON.stringify({ ...good, input_reference: { image_url: 'cat.png' } });
  expect((await refusal('/v1/videos', json(body)))[1]).toMatch(/^input_reference\.image_url: /);
});

test.each([5_001, 33_000, 200_000])(
  'a prompt of %i characters is told the limit of its model',
  async (length) => {
    const prompt = 'x'.repeat(length);
    for (const path of ['/v1/videos', '/v1/video/generations']) {
      const [status, message] = await refusal(path, json(JSON.stringify({ ...good, prompt })));
      expect([status, message]).toEqual([400, 'prompt: is longer than 5000 characters.']);
    }
  },
);

describe('a form', () => {
  const form = (fields: Record<string, string>): FormData => {
    const made = new FormData();
    for (const [name, value] of Object.entries({ ...good, ...fields })) made.append(name, value);
    return made;
  };

  test("reads a vendor's word as JSON would, and leaves as text what JSON would not write so", async () => {
    const fields = {
      prompt_extend: 'false',
      strength: '0.5',
      steps: '30',
      ver: '007',
      price: '1.50',
      big: '12345678901234567890',
      flag: 'False',
      config: '{"zoom":5}',
    };
    const response = await app.send('/v1/video/generations', {
      method: 'POST',
      body: form(fields),
    });
    expect(response.status).toBe(200);
    expect(app.gateway.creations.at(-1)?.request.passthrough).toEqual({
      prompt_extend: false,
      strength: 0.5,
      steps: 30,
      ver: '007',
      price: '1.50',
      big: '12345678901234567890',
      flag: 'False',
      config: { zoom: 5 },
    });
  });

  test('takes U+FFFD where it was sent, and refuses bytes that are no UTF-8', async () => {
    const sent = (text: Buffer, type = ''): RequestInit => {
      const head = (name: string, more = ''): string =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n${more}\r\n`;
      return {
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: Buffer.concat([
          Buffer.from(`${head('model')}clip-1\r\n${head('prompt', type)}`),
          text,
          Buffer.from('\r\n--b--\r\n'),
        ]),
      };
    };
    for (const type of ['', 'Content-Type: text/plain; charset=utf-8\r\n']) {
      const genuine = await app.send('/v1/videos', {
        method: 'POST',
        ...sent(Buffer.from('a \ufffd cat'), type),
      });
      expect(genuine.status).toBe(200);
      expect(app.gateway.creations.at(-1)?.request.prompt).toBe('a \ufffd cat');
      const [status, message] = await refusal('/v1/videos', sent(Buffer.from([0x61, 0xff]), type));
      expect([status, message]).toEqual([400, 'prompt: is not valid UTF-8.']);
    }
  });
});
