import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asRoot } from '../postgres/machine';
import { startTestGateway, until, type TestGateway } from '../support/gateway';

/**
 * A full disk, as a file system of its own that really has no byte left: whoever asks is told to come again, what was
 * accepted goes on when there is room.
 */

const PNG = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(200_000, 1)]);
const JOB = { prompt: 'a boat [[sim seconds=1 video=shared]]', duration: 5 };

let data: string;
let gateway: TestGateway;

const mounted = (...args: string[]): void => {
  const done = spawnSync(args[0] ?? '', args.slice(1), { encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.stderr}`);
};

async function onSmallDisk(size: string, work: () => Promise<void>): Promise<void> {
  data = mkdtempSync(join(tmpdir(), 'reelay-full-'));
  mounted('mount', '-t', 'tmpfs', '-o', `size=${size},mode=711`, 'tmpfs', data);
  try {
    gateway = await startTestGateway({ waits: { sweepEveryMs: 1_000 } }, { data });
    try {
      await work();
    } finally {
      await gateway.stop();
    }
  } finally {
    mounted('umount', '-l', data);
    rmSync(data, { recursive: true, force: true });
  }
}

const filler = (): string => join(data, 'filler');

/** Takes every byte that is left. */
function fill(): void {
  const made = spawnSync('dd', ['if=/dev/zero', `of=${filler()}`, 'bs=64k'], { encoding: 'utf8' });
  if (!made.stderr.includes('No space left')) throw new Error(`not full: ${made.stderr}`);
  try {
    writeFileSync(join(data, 'rest'), Buffer.alloc(64 * 1024));
  } catch {
    // The last page is taken as well.
  }
}

function makeRoom(): void {
  rmSync(filler());
  rmSync(join(data, 'rest'), { force: true });
}

const form = (): FormData => {
  const body = new FormData();
  for (const [name, value] of Object.entries({ model: 'seedance-2.0', prompt: JOB.prompt })) {
    body.set(name, value);
  }
  body.set('input_reference', new Blob([PNG]), 'a.png');
  return body;
};

asRoot(
  'with a full disk creates are 503 with Retry-After; accepted jobs end, and creates work, when there is room',
  async () => {
    await onSmallDisk('220m', async () => {
      const before = await gateway.post(JOB);
      fill();
      const file = await gateway.call('POST', '/v1/videos', { body: form() });
      expect([file.status, Number(file.headers.get('retry-after')) > 0]).toEqual([503, true]);

      const answers: number[] = [];
      const accepted = [before];
      for (let round = 0; round < 400 && !answers.includes(503); round += 1) {
        const body = { model: 'seedance-2.0', ...JOB, metadata: { note: 'x'.repeat(400) } };
        const answer = await gateway.call('POST', '/v1/videos', { body });
        answers.push(answer.status);
        if (answer.status === 200) accepted.push(answer.json.id as string);
        else expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
      // The database refused too, and nothing else was ever answered.
      expect(answers).toContain(503);
      expect(new Set(answers.filter((status) => status !== 200))).toEqual(new Set([503]));

      makeRoom();
      await until('a create', async () =>
        (await gateway.call('POST', '/v1/videos', { body: form() })).status === 200
          ? true
          : undefined,
      );
      for (const id of accepted)
        expect(await gateway.ended(id)).toMatchObject({ status: 'completed' });
    });
  },
);
