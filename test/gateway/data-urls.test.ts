import { GatewayError } from '../../src/core/errors';
import { resolveInputs, resolveReadable } from '../../src/gateway/inputs';

const MIB = 1024 * 1024;
const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(60, 1)]);
const BASE64 = PNG.toString('base64');

const read = (dataUrl: string) =>
  resolveInputs([{ role: 'first_frame', media: { dataUrl, param: 'image' } }], 64 * MIB);

const refusalOf = (dataUrl: string): unknown => {
  try {
    read(dataUrl);
  } catch (error) {
    return error;
  }
  throw new Error('it was taken');
};

/** What a caller writes into a data URL, by what it is meant to break. */
const HOSTILE: Record<string, string> = {
  'megabytes of parameters': `data:image/png${';a=1'.repeat(4 * MIB)};base64,AAAA`,
  'one parameter of megabytes': `data:image/png;a=${'1'.repeat(16 * MIB)};base64,AAAA`,
  'a type of megabytes': `data:image/${'p'.repeat(16 * MIB)};base64,AAAA`,
  'no comma in megabytes': `data:image/png;base64${';'.repeat(16 * MIB)}`,
  'megabytes that are no base64': `data:image/png;base64,${'-'.repeat(16 * MIB)}`,
  'megabytes of padding': `data:image/png;base64,${'='.repeat(16 * MIB)}`,
};

test.each(Object.entries(HOSTILE))('a data URL with %s is a 400 that names its field', (_, url) => {
  const refusal = refusalOf(url);
  expect(refusal).toBeInstanceOf(GatewayError);
  expect(refusal).toMatchObject({ status: 400, param: 'image' });
});

test.each([
  `data:image/png;base64,${BASE64}`,
  `data:;base64,${BASE64}`,
  `DATA:image/png;charset=utf-8;name=cat.png;BASE64,${BASE64}`,
  `data:image/svg+xml;base64,${BASE64}`,
])('%.40s is read by what its bytes are', (url) => {
  expect(read(url)).toMatchObject([{ input: { media: { mime: 'image/png' } }, bytes: PNG }]);
});

test('a file of a body that passes through counts as one of its role, also in a form that we cannot read', () => {
  const bitmap = { dataUrl: 'data:image/bmp;base64,Qk0e', param: 'content[1]' };
  const role = 'reference_image' as const;
  expect(resolveReadable([{ role, media: bitmap }], MIB)).toEqual([
    { input: { role, media: { blob: expect.any(String), mime: 'application/octet-stream' } } },
  ]);
});
