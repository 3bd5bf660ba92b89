import { INPUT_FILES } from '../support/input-files';
import { sniffMediaType } from '../../src/core/media/sniff';
import { useTestGateway, until } from '../support/gateway';
import {
  startNodeCaller,
  startPythonCaller,
  type OpenaiCall,
  type OpenaiCaller,
  type OpenaiOutcome,
} from '../support/openai-callers';

/**
 * Every method of `videos` of OpenAI's own clients of today, for Node and for Python, against the whole gateway: each does
 * what its page says, or is told by name what is not done here.
 */

const MODEL = 'seedance-2.0';
const PROMPT = 'a paper boat [[sim seconds=1 video=shared]]';
const SHAPE = { seconds: '4', size: '1280x720' };
const CALLERS = [
  ['npm', startNodeCaller],
  ['PyPI', startPythonCaller],
] as const;
/** A first install of the clients. */
const INSTALL_MS = 300_000;
/** All that OpenAI declares of a video; the second half may be null. */
const FIELDS = ['id', 'object', 'model', 'status', 'progress', 'created_at', 'size', 'seconds'];
const NULLABLE = ['completed_at', 'expires_at', 'prompt', 'remixed_from_video_id', 'error'];

const gateway = useTestGateway();

const fileOf = (type: string) => {
  const found = [...INPUT_FILES.values()].find(({ mime }) => mime === type);
  if (!found) throw new Error(`no input file is ${type}`);
  return { base64: Buffer.from(found.bytes).toString('base64'), name: 'given', type };
};

describe.each(CALLERS)('the client from %s', (name, start) => {
  let caller: OpenaiCaller;
  let first: string;
  beforeAll(async () => {
    caller = start();
    first = idOf(await call('create', { body: { model: MODEL, prompt: PROMPT, ...SHAPE } }));
    await finished(first);
  }, INSTALL_MS);
  afterAll(() => caller.stop());

  const call = (method: string, more: Partial<OpenaiCall> = {}): Promise<OpenaiOutcome> =>
    caller.call({ base: `${gateway.api}/v1`, key: gateway.keys.key, method, ...more });
  const idOf = ({ given, thrown }: OpenaiOutcome): string => {
    if (typeof given?.['id'] !== 'string') throw new Error(`no video: ${JSON.stringify(thrown)}`);
    return given['id'];
  };
  /** The client for Python waits by a method of its own; the one for Node has none. */
  const finished = (id: string): Promise<OpenaiOutcome> =>
    name === 'PyPI'
      ? call('poll', { of: id, body: { poll_interval_ms: 100 } })
      : until(`${id} to finish`, async () => {
          const outcome = await call('retrieve', { of: id });
          return outcome.given?.['completed_at'] === null ? undefined : outcome;
        });

  test('reads each field of a video that it has waited for', async () => {
    const { given } = await finished(first);
    expect(given).toMatchObject({ status: 'completed', progress: 100, seconds: '4', error: null });
    expect(FIELDS.filter((field) => (given?.[field] ?? null) === null)).toEqual([]);
    expect(NULLABLE.filter((field) => given?.[field] === undefined)).toEqual([]);
    expect(given?.['expires_at']).toBeGreaterThan(Number(given?.['completed_at']));
  });

  test('makes a video of a picture that it uploads', async () => {
    const body = { model: MODEL, prompt: PROMPT, input_reference: fileOf('image/png') };
    const id = idOf(await call('create', { body }));
    expect(await finished(id)).toMatchObject({ given: { status: 'completed' } });
  });

  test.each<[how: string, method: string, ask: (id: string) => Partial<OpenaiCall>, isOf: boolean]>(
    [
      ['another prompt', 'remix', (of) => ({ of, body: { prompt: PROMPT } }), true],
      ['an edit', 'edit', (id) => ({ body: { prompt: PROMPT, video: { id } } }), true],
      [
        'an edit of a file',
        'edit',
        () => ({ body: { prompt: PROMPT, video: fileOf('video/mp4') }, extra: { model: MODEL } }),
        false,
      ],
      [
        'what comes next',
        'extend',
        (id) => ({ body: { prompt: PROMPT, seconds: '4', video: { id } } }),
        true,
      ],
      [
        'what comes after a file',
        'extend',
        () => ({
          body: { prompt: PROMPT, seconds: '4', video: fileOf('video/mp4') },
          extra: { model: MODEL },
        }),
        false,
      ],
    ],
  )('makes of an earlier video %s', async (_how, method, ask, isOf) => {
    const asked = ask(first);
    const outcome = await call(method, asked);
    if (name === 'PyPI' && asked.body?.['video'] && isOf) {
      // Its page allows an id here; its code takes files alone, and sends nothing.
      expect(outcome).toMatchObject({ thrown: { name: 'RuntimeError', status: null } });
      return;
    }
    const id = idOf(outcome);
    expect(await finished(id)).toMatchObject({
      given: { status: 'completed', model: MODEL, remixed_from_video_id: isOf ? first : null },
    });
  });

  test.each([
    ['video', 'video/mp4'],
    ['thumbnail', 'image/webp'],
    ['spritesheet', 'image/jpeg'],
  ])('downloads the %s', async (variant, type) => {
    // No picture is made before the copy is there, which is the one thing to wait for.
    const { given } = await until(`the ${variant}`, async () => {
      const outcome = await call('download_content', { of: first, body: { variant } });
      return outcome.thrown?.status === 503 ? undefined : outcome;
    });
    expect(given?.['type']).toBe(type);
    const bytes = Buffer.from(String(given?.['base64']), 'base64');
    expect(sniffMediaType(bytes)).toBe(type);
  });

  test.each<[what: string, method: string, Partial<OpenaiCall>, thrown: object]>([
    [
      'keeps no character',
      'create_character',
      { body: { name: 'Tom', video: fileOf('video/mp4') } },
      {
        name: 'BadRequestError',
        message: expect.stringMatching(/not kept here.*input_references/),
      },
    ],
    [
      'has no character',
      'get_character',
      { of: 'char_1' },
      // No one field is to blame.
      { name: 'NotFoundError', status: 404, param: null },
    ],
    [
      'makes no picture of another kind',
      'download_content',
      { of: 'FIRST', body: { variant: 'poster' } },
      { name: 'BadRequestError', param: 'variant' },
    ],
    [
      'knows no such model',
      'create',
      { body: { model: 'sora-9', prompt: PROMPT } },
      { name: 'NotFoundError', param: 'model' },
    ],
    [
      'makes no such length',
      'create',
      { body: { model: MODEL, prompt: PROMPT, seconds: '99' } },
      { name: 'BadRequestError', param: 'seconds', message: expect.stringMatching(/Allowed: 4/) },
    ],
  ])('hears that the gateway %s', async (_what, method, ask, thrown) => {
    const of = ask.of === 'FIRST' ? first : ask.of;
    const asked = of === undefined ? ask : { ...ask, of };
    expect(await call(method, asked)).toMatchObject({ thrown });
  });

  test('reads a list to its end, page by page, and deletes what it no longer needs', async () => {
    const id = idOf(await call('create', { body: { model: MODEL, prompt: PROMPT } }));
    await finished(id);
    const listed = await call('list', { body: { limit: 2 } });
    expect(listed.given?.['ids']).toEqual(expect.arrayContaining([id, first]));
    expect(await call('delete', { of: id })).toMatchObject({ given: { id, deleted: true } });
    expect(await call('retrieve', { of: id })).toMatchObject({ thrown: { status: 404 } });
    const after = await call('list', { body: { limit: 1, order: 'asc' } });
    expect(after.given?.['ids']).not.toContain(id);
  });
});
