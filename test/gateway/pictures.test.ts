import type { Job } from '../../src/core/job/job';
import { PICTURE_KINDS, PICTURE_MIMES } from '../../src/core/ports/pictures';
import { createFairGate } from '../../src/gateway/gate';
import { openPicture, type PictureDeps } from '../../src/gateway/pictures';

/** The answer with a picture, of whatever bytes; that there are pictures is shown in `test/blobs/pictures.test.ts`. */

const BLOB = 'a'.repeat(64);
const asking = (signal = new AbortController().signal) => ({ method: 'GET', signal });
const deps: PictureDeps = {
  gate: (_workspaceId, work) => work(),
  store: {
    keeps: {
      files: async () => [{ kind: 'video', blob: BLOB, bytes: 9, mime: 'video/mp4' }],
      pending: async () => undefined,
    },
  },
  blobs: {
    stat: async () => ({ bytes: 9 }),
    open: () => {
      throw new Error('a picture is no stored file');
    },
  },
  pictures: {
    problem: undefined,
    make: async (kind) => ({ mime: PICTURE_MIMES[kind], bytes: Buffer.from(kind) }),
  },
};
const job = {
  state: 'succeeded',
  applied: { seconds: 5 },
  outputs: [{ kind: 'video', url: 'https://example.com/v.mp4' }],
} as unknown as Job; // what is read of a job here

test.each(PICTURE_KINDS)('a %s that its caller holds is told by the same headers', async (kind) => {
  const made = await openPicture(deps, job, kind, asking());
  const { etag, 'content-type': type } = made.headers;
  expect(type).toBe(PICTURE_MIMES[kind]);
  const held = await openPicture(deps, job, kind, { ...asking(), ifNoneMatch: etag });
  // A cache writes them over those that it has.
  expect(held).toMatchObject({ status: 304, headers: { etag, 'content-type': type } });
});

test('many pictures at once are all made, so many at a time, and none for who has left', async () => {
  let [making, most, made] = [0, 0, 0];
  const gate = createFairGate({ atOnce: 2, waitMs: 60_000, many: 'Too many pictures' });
  const make: PictureDeps['pictures']['make'] = async (kind) => {
    most = Math.max(most, (making += 1));
    await new Promise((resolve) => setImmediate(resolve));
    making -= 1;
    made += 1;
    return { mime: PICTURE_MIMES[kind], bytes: Buffer.from(kind) };
  };
  const busy = { ...deps, gate, pictures: { problem: undefined, make } };
  const leaving = new AbortController();
  const all = Array.from({ length: 20 }, () => openPicture(busy, job, 'thumbnail', asking()));
  const left = openPicture(busy, job, 'thumbnail', asking(leaving.signal));
  const refused = expect(left).rejects.toMatchObject({ code: 'unavailable' });
  await new Promise((resolve) => setImmediate(resolve));
  leaving.abort();
  await refused;
  expect((await Promise.all(all)).map(({ status }) => status)).toEqual(all.map(() => 200));
  expect({ most, made }).toEqual({ most: 2, made: 20 });
});

test('the frames of a picture are spread over the length of the file, not over what was counted', async () => {
  const lengths: (number | undefined)[] = [];
  const make: PictureDeps['pictures']['make'] = async (kind, { seconds }) => {
    lengths.push(seconds);
    return { mime: PICTURE_MIMES[kind], bytes: Buffer.from(kind) };
  };
  const measuring = { ...deps, pictures: { problem: undefined, make } };
  for (const facts of [{ made: { seconds: 4 } }, {}]) {
    await openPicture(
      measuring,
      { ...job, usage: { seconds: 9 }, ...facts },
      'spritesheet',
      asking(),
    );
  }
  expect(lengths).toEqual([4, 9]);
});
