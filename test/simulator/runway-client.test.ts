import RunwayML, { APIError } from '@runwayml/sdk';
import { startUpstream, type Upstream } from '../support/simulator';

/** Runway's own client, unchanged: what it sends is taken, and what it is answered it reads. */

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());

const client = (apiKey = 'key_abc'): RunwayML =>
  new RunwayML({ apiKey, baseURL: upstream.baseUrlOf('runway'), maxRetries: 0 });

/** The first look finds it running, the second at its end: its own wait between two is six seconds. */
const PROMPT = 'a cat [[sim polls=2 video=shared]]';
const PICTURE = 'https://media.example/a.png';

type Texts = RunwayML.TextToVideoCreateParams;
type Pictures = RunwayML.ImageToVideoCreateParams;

async function expectVideo({ id, estimatedCost }: Awaited<ReturnType<typeof created>>) {
  const { tasks } = client();
  expect(await tasks.retrieve(id)).toMatchObject({ id, status: 'RUNNING', progress: 0.5 });
  // It looks at once where the task is there already.
  const task = await tasks.retrieve(id).waitForTaskOutput();
  expect(task).toMatchObject({ status: 'SUCCEEDED', cost: estimatedCost });
  const file = await fetch(String(task.output[0]), { headers: { connection: 'close' } });
  const bytes = Buffer.from(await file.arrayBuffer());
  expect(bytes.subarray(4, 8).toString()).toBe('ftyp');
}

const created = (body: Texts, apiKey?: string) => client(apiKey).textToVideo.create(body);

const GEN45: RunwayML.TextToVideoCreateParams.Gen4_5 = {
  model: 'gen4.5',
  promptText: PROMPT,
  duration: 5,
  ratio: '1280:720',
};

test.each<[string, Texts]>([
  ['Gen-4.5', { ...GEN45, seed: 7, contentModeration: { publicFigureThreshold: 'low' as const } }],
  ['Veo', { model: 'veo3.1', promptText: PROMPT, ratio: '1920:1080', audio: false, duration: 4 }],
  [
    'Veo, which leaves things out',
    { model: 'veo3.1_fast', promptText: PROMPT, ratio: '720:1280', negativePrompt: 'dogs' },
  ],
  [
    'Seedance with references',
    {
      model: 'seedance2',
      promptText: PROMPT,
      ratio: '1920:1080',
      duration: 8,
      references: [{ uri: PICTURE }],
      referenceAudio: [{ type: 'audio', uri: 'https://media.example/a.mp3' }],
    },
  ],
])('%s makes a video of a text', async (_, body) => {
  await expectVideo(await created(body));
});

test.each<[string, Pictures]>([
  [
    'Gen-4 Turbo',
    {
      model: 'gen4_turbo',
      promptImage: PICTURE,
      promptText: PROMPT,
      ratio: '1104:832',
      duration: 10,
    },
  ],
  [
    'Gen-4.5',
    {
      ...GEN45,
      model: 'gen4.5',
      ratio: '1584:672',
      promptImage: [{ uri: PICTURE, position: 'first' }],
    },
  ],
  [
    'Veo',
    {
      model: 'veo3.1',
      promptText: PROMPT,
      ratio: '1280:720',
      promptImage: [
        { uri: PICTURE, position: 'first' },
        { uri: PICTURE, position: 'last' },
      ],
    },
  ],
])('%s makes a video of pictures', async (_, body) => {
  await expectVideo(await client().imageToVideo.create(body));
});

test.each<[string, number, string, Texts, string]>([
  [
    'a length that there is not',
    400,
    'Validation of body failed',
    { ...GEN45, duration: 11 },
    'a-key',
  ],
  ['an empty account', 400, 'enough credits', GEN45, 'refused-credits'],
  ['a day that is used up', 429, 'daily task limit', GEN45, 'refused-daily'],
])('hears of %s', async (_, status, text, body, apiKey) => {
  const error: unknown = await created(body, apiKey).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(APIError);
  expect(error).toMatchObject({ status, message: expect.stringContaining(text) as unknown });
});

test.each(['fail', 'policy'])('hears why a task failed: %s', async (fault) => {
  const promptText = `a cat [[sim polls=1 fault=${fault}]]`;
  const { id } = await created({ ...GEN45, promptText });
  await expect(client().tasks.retrieve(id).waitForTaskOutput()).rejects.toMatchObject({
    name: 'TaskFailedError',
    taskDetails: { status: 'FAILED', failureCode: expect.any(String) as unknown },
  });
});

test('finds no task that it has canceled', async () => {
  const { tasks } = client();
  const { id } = await created({ ...GEN45, promptText: 'a cat [[sim queued=100]]' });
  await tasks.delete(id);
  await expect(tasks.retrieve(id)).rejects.toMatchObject({ status: 404 });
});

test('reads what its organization may', async () => {
  const { creditBalance, tier } = await client().organization.retrieve();
  expect(creditBalance).toBeGreaterThan(0);
  expect(tier.models['gen4.5']).toMatchObject({ maxConcurrentGenerations: 2 });
});
