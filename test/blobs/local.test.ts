import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { createLocalBlobs } from '../../src/blobs/local';
import type { Blobs } from '../../src/core/ports/blobs';

let folder: string;
let blobs: Blobs;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reelay-blobs-'));
  blobs = createLocalBlobs(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* pieces(...chunks: Uint8Array[]): AsyncIterable<Uint8Array> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Paths of all files, relative to the folder. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .split(sep)
        .join('/'),
    );
}

const idOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const BYTES = Buffer.from('0123456789');

describe('a stored blob', () => {
  it('has the SHA-256 of its bytes as id and comes back as it was', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 8 }),
        async (chunks) => {
          const bytes = Buffer.concat(chunks);
          const put = await blobs.put(pieces(...chunks), bytes.length);
          expect(put).toEqual({ id: idOf(bytes), bytes: bytes.length });
          expect(await blobs.touch(put.id, Date.now())).toEqual({ bytes: bytes.length });
          expect(Buffer.from(await blobs.read(put.id))).toEqual(bytes);
          expect(await collect(blobs.open(put.id))).toEqual(bytes);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('lies under the first digits of its id, and nothing else is left', async () => {
    const { id } = await blobs.put(pieces(BYTES), 10);
    expect(await files()).toEqual([`${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`]);
  });

  it('belongs to the user of the gateway alone', async () => {
    const { id } = await blobs.put(pieces(BYTES), 10);
    const { mode } = await stat(join(folder, id.slice(0, 2), id.slice(2, 4), id));
    expect(mode & 0o077).toBe(0);
  });

  it('is seen by another store on the same folder', async () => {
    const { id } = await blobs.put(pieces(BYTES), 10);
    expect(Buffer.from(await createLocalBlobs(folder).read(id))).toEqual(BYTES);
  });

  it('is one file however often and however concurrently it is put', async () => {
    const big = randomBytes(500_000);
    const puts = Array.from({ length: 20 }, (_, n) =>
      blobs.put(pieces(big.subarray(0, n * 1_000), big.subarray(n * 1_000)), big.length),
    );
    const ids = new Set((await Promise.all(puts)).map(({ id }) => id));
    expect([...ids]).toEqual([idOf(big)]);
    expect(await files()).toHaveLength(1);
    expect(Buffer.from(await blobs.read(idOf(big)))).toEqual(big);
  });

  it('survives a failed put of the same bytes', async () => {
    const { id } = await blobs.put(pieces(BYTES), 10);
    await expect(blobs.put(pieces(BYTES), 9)).rejects.toMatchObject({ code: 'payload_too_large' });
    expect(Buffer.from(await blobs.read(id))).toEqual(BYTES);
  });
});

describe('a put that fails keeps nothing', () => {
  it('past the limit, and reads no further', async () => {
    let left = false;
    async function* source(): AsyncIterable<Uint8Array> {
      try {
        for (;;) yield await Promise.resolve(Buffer.alloc(100));
      } finally {
        left = true;
      }
    }
    await expect(blobs.put(source(), 950)).rejects.toMatchObject({
      code: 'payload_too_large',
      status: 413,
      message: 'The file is larger than 950 bytes.',
    });
    expect(left).toBe(true);
    expect(await files()).toEqual([]);
  });

  it('when the source breaks in the middle', async () => {
    let during: string[] = [];
    async function* source(): AsyncIterable<Uint8Array> {
      yield BYTES;
      during = await files();
      throw new Error('the sender left');
    }
    await expect(blobs.put(source(), 1_000)).rejects.toThrow('the sender left');
    expect(during).toEqual([expect.stringMatching(/^\.tmp\//)]);
    expect(await files()).toEqual([]);
  });

  it('and what a killed process left is invisible and removed after a day', async () => {
    const temporary = join(folder, '.tmp');
    const day = 24 * 60 * 60;
    const nowSeconds = Math.floor(Date.now() / 1_000);
    for (const [name, ageSeconds] of [
      ['old', day + 1],
      ['young', day - 60],
    ] as const) {
      await writeFile(join(temporary, name), BYTES);
      await utimes(join(temporary, name), nowSeconds - ageSeconds, nowSeconds - ageSeconds);
    }
    const { id } = await blobs.put(pieces(Buffer.from('kept')), 10);
    const again = createLocalBlobs(folder, nowSeconds * 1_000);
    expect(await files()).toEqual(
      expect.arrayContaining(['.tmp/young', `${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`]),
    );
    expect(await files()).toHaveLength(2);
    expect(await again.touch(idOf(BYTES), Date.now())).toBeUndefined();
  });
});

describe('a range', () => {
  it.each([
    [0, 9, '0123456789'],
    [0, 0, '0'],
    [3, 5, '345'],
    [9, 9, '9'],
    [5, 100, '56789'],
  ])('%d-%d has both ends in it', async (start, end, expected) => {
    const { id } = await blobs.put(pieces(BYTES), 10);
    expect((await collect(blobs.open(id, { start, end }))).toString()).toBe(expected);
  });

  it.each([
    [10, 12],
    [5, 4],
    [-1, 4],
    [0.5, 4],
    [0, Number.NaN],
  ])('%d-%d is refused', async (start, end) => {
    const { id } = await blobs.put(pieces(BYTES), 10);
    await expect(collect(blobs.open(id, { start, end }))).rejects.toMatchObject({
      code: 'range_not_satisfiable',
    });
  });

  it('that is left in the middle closes its file', async () => {
    const { id } = await blobs.put(pieces(randomBytes(1_000_000)), 1_000_000);
    for await (const chunk of blobs.open(id)) {
      expect(chunk.length).toBeLessThan(1_000_000);
      expect(await openFiles()).toBe(process.platform === 'linux' ? 1 : 0);
      break;
    }
    while ((await openFiles()) > 0) await new Promise(setImmediate);
  });
});

/** Open descriptors that point into the folder; Linux tells, elsewhere there is nothing to compare. */
async function openFiles(): Promise<number> {
  const { readlink } = await import('node:fs/promises');
  const names = await readdir('/proc/self/fd').catch(() => []);
  const targets = await Promise.all(
    names.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')),
  );
  return targets.filter((target) => target.startsWith(folder)).length;
}

describe('an id', () => {
  const outside = join('..', 'outside');
  it.each([
    ['a path', outside],
    ['a path with digits', `../../${'a'.repeat(58)}`],
    ['an absolute path', '/etc/passwd'],
    ['nothing', ''],
    ['upper case', 'A'.repeat(64)],
    ['63 digits', 'a'.repeat(63)],
    ['65 digits', 'a'.repeat(65)],
    ['a line break at the end', `${'a'.repeat(64)}\n`],
    ['a zero byte', `${'a'.repeat(63)}\0`],
    ['one that nobody put', 'a'.repeat(64)],
  ])('that is %s is not found', async (_what, id) => {
    await writeFile(join(folder, outside), 'secret');
    expect(await blobs.touch(id, Date.now())).toBeUndefined();
    await expect(blobs.read(id)).rejects.toMatchObject({ code: 'not_found' });
    await expect(collect(blobs.open(id))).rejects.toMatchObject({ code: 'not_found' });
    await rm(join(folder, outside));
  });
});
