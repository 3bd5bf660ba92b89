import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { readMp4Head } from '../../src/core/media/mp4-head';

/** The head of a file that nobody vouches for: what is there is read, and no bytes do any harm. */

const box = (type: string, ...parts: Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};

function movie(seconds: number, width: number, height: number, version: 0 | 1 = 0): Buffer {
  const header = Buffer.alloc(112);
  const track = Buffer.alloc(96);
  header[0] = track[0] = version;
  header.writeUInt32BE(1_000, version === 0 ? 12 : 20);
  if (version === 0) header.writeUInt32BE(seconds * 1_000, 16);
  else header.writeBigUInt64BE(BigInt(seconds * 1_000), 24);
  track.writeUInt16BE(width, version === 0 ? 76 : 88);
  track.writeUInt16BE(height, version === 0 ? 80 : 92);
  const sound = box('trak', box('tkhd', Buffer.alloc(96)));
  return box('moov', box('mvhd', header), sound, box('trak', box('tkhd', track)));
}

const FTYP = box('ftyp', Buffer.from('isom\0\0\0\0isom'));

test.each([0, 1] as const)(
  'size and length are read off a movie header (version %d)',
  (version) => {
    const file = Buffer.concat([FTYP, box('free'), movie(5.04, 1_248, 704, version), box('mdat')]);
    expect(readMp4Head(file)).toEqual({ width: 1_248, height: 704, seconds: 5 });
  },
);

test.each([
  ['a movie header behind the frames', Buffer.concat([FTYP, box('mdat', Buffer.alloc(99)), FTYP])],
  ['another kind of file', Buffer.from('\x89PNG\r\n\x1a\n and more of it')],
  ['a size of nothing', Buffer.from([0, 0, 0, 0, 109, 111, 111, 118])],
  ['nothing', Buffer.alloc(0)],
])('nothing is known of %s', (_, bytes) => {
  expect(readMp4Head(bytes)).toEqual({});
});

test('no cut, and no other byte, makes it throw or tell anything but numbers', () => {
  const file = Buffer.concat([FTYP, movie(5, 1_280, 720)]);
  for (let cut = 0; cut < file.length; cut += 1) readMp4Head(file.subarray(0, cut));
  for (let at = 0; at < file.length; at += 1) {
    for (const value of [0, 1, 127, 255]) {
      const changed = Buffer.from(file);
      changed[at] = value;
      for (const side of Object.values(readMp4Head(changed))) expect(side).toBeGreaterThan(0);
    }
  }
});

test('a file as an encoder writes it tells its size within the first 64 KiB', async () => {
  const folder = join(__dirname, '..', '..', 'simulators', 'server', 'draw', 'worker.mjs');
  const scene = { width: 640, height: 360, seed: 1, title: 'a', text: 'b' };
  const worker = new Worker(folder, { workerData: { kind: 'video', seconds: 3, scene } });
  const bytes = await new Promise<Uint8Array>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  await worker.terminate();
  expect(readMp4Head(bytes.subarray(0, 65_536))).toEqual({ width: 640, height: 360, seconds: 3 });
});
