import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { measureVideo } from '../../demo/measure-video';
import type { FileConfigInput } from '../../src/config';
import { commandOf } from '../support/command';
import { useTestGateway } from '../support/gateway';
import { openaiForPython } from '../support/openai-callers';
import { blocksOf, readPage, ROOT } from '../support/page';

/** The programs of the page for those who come from Sora, run as they are written against a gateway with the page's config. */

const PAGE = readPage('docs/coming-from-sora.md');
const blockOf = (language: string): string => {
  const [block, ...more] = blocksOf(PAGE, language);
  if (block === undefined || more.length > 0) throw new Error(`not one block of ${language}`);
  return block;
};
const { models } = JSON.parse(blockOf('json')) as { models: object };
/** What a fresh checkout offers has a model of that name already, which a config takes out by a null that its type lacks. */
const CONFIG = { models: { ...models, 'sora-2': null } } as unknown as FileConfigInput;

const gateway = useTestGateway({ ...CONFIG, waits: { pollAfterMs: 250 } });
/** A first install of the client for Python. */
const INSTALL_MS = 300_000;

test.each([
  ['js', process.execPath, ['--input-type=module', '-'], () => process.env],
  ['python', 'python3', ['-'], openaiForPython],
])(
  'the program in %s makes and saves a video of the model that stands for sora-2',
  async (language, command, args, env) => {
    const folder = join(gateway.data, language);
    mkdirSync(folder);
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const program = spawn(command, args, { cwd: folder, env: env(), stdio: 'pipe' });
    program.stdin.end(
      blockOf(language)
        .replace('https://your-gateway.example', gateway.api)
        .replace('your key', gateway.keys.key),
    );
    const run = commandOf(program);
    expect([await run.ended, run.err()]).toEqual([0, expect.not.stringContaining('Error')]);
    expect(await measureVideo(join(folder, 'boat.mp4'))).toMatchObject({
      duration_s: 4,
      height: 720,
    });
    const [job] = await gateway.sql(
      'SELECT model, state, charged::text FROM usage ORDER BY at DESC LIMIT 1',
    );
    expect(job).toEqual({ model: 'seedance-2.0', state: 'succeeded', charged: '32000000' });
  },
  INSTALL_MS,
);
