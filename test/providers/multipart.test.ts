import { formCall, type Part } from '../../src/providers/kit';
import { parseForm } from '../../simulators/kit/multipart';
import { bodyOf } from '../support/call-body';

/** A form that we write is read back as it was, byte for byte, and the same request is the same bytes. */

const SEED = '0193f0aa-7b1c-7000-8000-000000000001';
const typeOf = (parts: Part[]): string => formCall('/x', parts, SEED).headers['content-type'] ?? '';

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const boundary = `reelay-${SEED}`;

test.each<[string, Part[]]>([
  ['no part', []],
  [
    'texts in their order',
    [
      { name: 'b', text: '1' },
      { name: 'a', text: '2' },
    ],
  ],
  ['an empty text', [{ name: 'a', text: '' }]],
  ['lines and letters', [{ name: 'prompt', text: 'ein Käse 🧀\r\n--\r\n\r\n' }]],
  ['a field in brackets', [{ name: 'input_reference[image_url]', text: 'https://a.example/' }]],
  ['a name that would end its header', [{ name: 'a"\r\nx: y', text: '1' }]],
  ['every byte', [{ name: 'f', filename: 'a "b".png', mime: 'image/png', bytes: ALL_BYTES }]],
  [
    'a part of a larger buffer',
    [{ name: 'f', filename: 'a', mime: 'image/png', bytes: ALL_BYTES.subarray(100, 110) }],
  ],
  ['its own boundary as a text', [{ name: 'a', text: `\r\n--${boundary}\r\n` }]],
  [
    'its own boundary in a file',
    [
      { name: 'a', text: `--${boundary}-1--` },
      {
        name: 'f',
        filename: 'f',
        mime: 'image/png',
        bytes: Buffer.from(`\r\n--${boundary}--\r\n`),
      },
    ],
  ],
])('%s', (_, parts) => {
  const call = formCall('/videos', parts, SEED);
  expect(call).toEqual(formCall('/videos', parts, SEED));
  const read = parseForm(call.headers['content-type'] ?? '', Buffer.from(call.body ?? ''));
  expect(read).toEqual(
    parts.map((part) =>
      'text' in part
        ? { name: part.name, mime: 'text/plain', bytes: Buffer.from(part.text) }
        : { ...part, bytes: Buffer.from(part.bytes) },
    ),
  );
});

test('Node’s own reader of forms reads the same', async () => {
  const parts: Part[] = [
    { name: 'prompt', text: 'ein Käse\r\n' },
    { name: 'f', filename: 'a.png', mime: 'image/png', bytes: ALL_BYTES },
  ];
  const { headers, body } = formCall('/videos', parts, SEED);
  const form = await new Response(Buffer.from(body ?? ''), { headers }).formData();
  expect(form.get('prompt')).toBe('ein Käse\r\n');
  const file = form.get('f');
  if (!(file instanceof File)) throw new Error('the file is a file');
  expect([file.name, file.type]).toEqual(['a.png', 'image/png']);
  expect(new Uint8Array(await file.arrayBuffer())).toEqual(ALL_BYTES);
});

test('a boundary is told by the attempt and is none that a part holds', () => {
  expect(typeOf([])).toBe(`multipart/form-data; boundary=${boundary}`);
  expect(typeOf([{ name: 'a', text: boundary }])).toBe(
    `multipart/form-data; boundary=${boundary}-1`,
  );
  const odd = formCall('/x', [], `${'x'.repeat(200)}\r\n "`);
  expect(odd.headers['content-type']?.split('boundary=')[1]?.length).toBeLessThanOrEqual(70);
});

test('a form of texts alone is a text', () => {
  expect(typeof formCall('/x', [{ name: 'a', text: '1' }], SEED).body).toBe('string');
});

test('what is no form, or only half of one, is not read', () => {
  const whole = formCall('/x', [{ name: 'a', text: '1' }], SEED);
  const half = { ...whole, body: String(whole.body).slice(0, -6) };
  expect(() => bodyOf(half)).toThrow('cannot be read');
  expect(parseForm('multipart/form-data', Buffer.from('x'))).toBeUndefined();
  expect(parseForm('application/json', Buffer.from('{}'))).toBeUndefined();
});
