import type { Job } from '../../src/core/job/job';
import { PICTURE_KINDS, PICTURE_MIMES } from '../../src/core/ports/pictures';
import { openPicture, type PictureDeps } from '../../src/gateway/pictures';

/** The answer with a picture, of whatever bytes; that there are pictures is shown in `test/blobs/pictures.test.ts`. */

const BLOB = 'a'.repeat(64);
const deps: PictureDeps = {
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
  const made = await openPicture(deps, job, kind, { method: 'GET' });
  const { etag, 'content-type': type } = made.headers;
  expect(type).toBe(PICTURE_MIMES[kind]);
  const held = await openPicture(deps, job, kind, { method: 'GET', ifNoneMatch: etag });
  // A cache writes them over those that it has.
  expect(held).toMatchObject({ status: 304, headers: { etag, 'content-type': type } });
});
