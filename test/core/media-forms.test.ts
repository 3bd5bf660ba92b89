import { factsOf } from '../../src/core/media/file-facts';
import { checkForms, type MediaForms } from '../../src/core/request/media-forms';
import type { Input } from '../../src/core/request/request';

/** A file that the model does not take is refused before the job is made, by what the file itself tells. */

const FORMS: MediaForms = {
  assets: false,
  linkOnly: ['reference_audio'],
  bytesOnly: ['last_frame'],
  images: {
    ...{ mimes: ['image/png', 'image/jpeg'], bytesMax: 5_000 },
    ...{ side: { min: 300, max: 6_000 }, ratio: { min: 0.4, max: 2.5 } },
  },
  videos: { mimes: ['video/mp4'], bytesMax: 9_000, seconds: { min: 2, max: 15 } },
};

/** The head of a PNG of that size: signature and IHDR. */
function png(width: number, height: number): Buffer {
  const head = Buffer.alloc(33);
  head.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  head.writeUInt32BE(13, 8);
  head.write('IHDR', 12, 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
}

const box = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(8 + body.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
/** The head of an MP4 of that length, by its movie header in version 0. */
function mp4(seconds: number): Buffer {
  const header = Buffer.alloc(100);
  header.writeUInt32BE(1_000, 12);
  header.writeUInt32BE(seconds * 1_000, 16);
  return Buffer.concat([box('ftyp', Buffer.from('mp42')), box('moov', box('mvhd', header))]);
}

const file = (role: Input['role'], mime: string): Input => ({ role, media: { blob: 'b', mime } });
const link = (role: Input['role']): Input => ({ role, media: { url: 'https://media.example/a' } });

test.each<[says: string, input: Input, start: Buffer, bytes: number, refusal: string | undefined]>([
  ['a picture that fits', file('first_frame', 'image/png'), png(1280, 720), 900, undefined],
  ['at both ends', file('first_frame', 'image/png'), png(300, 750), 5_000, undefined],
  [
    'a picture of another type',
    file('first_frame', 'image/gif'),
    Buffer.from('GIF89a'),
    900,
    'has a picture as image/gif. Allowed: image/png, image/jpeg.',
  ],
  [
    'a picture that is too large',
    file('first_frame', 'image/png'),
    png(1280, 720),
    5_001,
    'has a picture of 5001 bytes; at most 5000.',
  ],
  [
    'a picture with a side that is too short',
    file('reference_image', 'image/png'),
    png(299, 400),
    900,
    'has a picture of 299x400 pixels; each side must have 300 to 6000.',
  ],
  [
    'a picture that is too wide',
    file('first_frame', 'image/png'),
    png(1000, 399),
    900,
    'has a picture of 1000x399 pixels; width by height must be 0.4 to 2.5.',
  ],
  [
    'a picture that does not tell its size',
    file('first_frame', 'image/png'),
    png(1, 1).subarray(0, 12),
    900,
    undefined,
  ],
  ['a video that fits', file('reference_video', 'video/mp4'), mp4(15), 900, undefined],
  [
    'a video that is too long',
    file('reference_video', 'video/mp4'),
    mp4(16),
    900,
    'has a video of 16.0 seconds; it must have 2 to 15.',
  ],
  [
    'a file of what is taken as a link',
    file('reference_audio', 'audio/mpeg'),
    Buffer.from('ID3'),
    9,
    'has a reference_audio as a file; this model takes it as a URL only, and this gateway has no public address to give one.',
  ],
  [
    'a link to what is taken as a file',
    link('last_frame'),
    Buffer.alloc(0),
    0,
    'has a last_frame as a link; this model takes the file itself.',
  ],
])('%s', (_, input, start, bytes, refusal) => {
  const mime = 'mime' in input.media ? input.media.mime : '';
  const files = new Map([['b', factsOf(mime, start, bytes)]]);
  const check = (): void =>
    checkForms([input], FORMS, { param: 'image', files, texts: ['a boat'] });
  if (refusal === undefined) expect(check).not.toThrow();
  else expect(check).toThrow(`image: ${refusal}`);
});

test('a file of what is taken as a link goes as a link of ours, which takes nothing of the body', () => {
  const forms: MediaForms = { ...FORMS, givesLinks: true, bodyBytesMax: 100_000 };
  const files = new Map([['b', factsOf('audio/mpeg', Buffer.from('ID3'), 200_000)]]);
  const check = (given: Input, by: MediaForms) => (): void =>
    checkForms([given], by, { param: 'audio', files, texts: [] });
  expect(check(file('reference_audio', 'audio/mpeg'), forms)).not.toThrow();
  const inline = { ...forms, linkOnly: [] };
  expect(check(file('reference_audio', 'audio/mpeg'), inline)).toThrow('has files of 0.2 MiB');
});

test.each<[url: string, refusal: string | undefined]>([
  ['https://media.example/a.png', undefined],
  ['https://2.media.example/a.png', undefined],
  [`https://media.example/${'a'.repeat(42)}`, undefined],
  ['http://media.example/a.png', 'has a first_frame as a link without TLS; this model takes https'],
  ['https://203.0.113.7/a.png', 'has a first_frame as a link to 203.0.113.7; this model takes'],
  ['https://0xcb007107/a.png', 'has a first_frame as a link to 203.0.113.7; this model takes'],
  ['https://[2001:db8::1]/a.png', 'has a first_frame as a link to [2001:db8::1]; this model takes'],
  [
    `https://media.example/${'a'.repeat(43)}`,
    'has a first_frame as a link of 65 characters; at most 64',
  ],
])('a model that fetches links over https alone, by %s', (url, refusal) => {
  const forms: MediaForms = { ...FORMS, links: { lengthMax: 64 } };
  const input: Input = { role: 'first_frame', media: { url } };
  const check = (by: MediaForms) => (): void =>
    checkForms([input], by, { param: 'image', files: new Map(), texts: [] });
  expect(check(FORMS)).not.toThrow();
  if (refusal === undefined) expect(check(forms)).not.toThrow();
  else expect(check(forms)).toThrow(`image: ${refusal}`);
});
