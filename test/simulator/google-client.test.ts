import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// The client sends through a dispatcher that it looks for among the globals, where jest has not Node's own.
import 'undici';
import { startUpstream, until, type Upstream } from '../support/simulator';

/**
 * Google's own client, unchanged and pointed at the simulator: all three wires take what it sends, and it reads what they
 * answer. It is of the last line that makes videos of Veo on the Gemini API.
 */

interface Video {
  uri?: string;
  videoBytes?: string;
}
interface Operation {
  done?: boolean;
  response?: { generatedVideos?: { video?: Video }[] };
}
interface Interaction {
  id: string;
  status: string;
}
/** What this test uses of the client, whose own types are of other libraries' types. */
interface Client {
  models: { generateVideos(request: object): Promise<Operation> };
  operations: { getVideosOperation(request: { operation: Operation }): Promise<Operation> };
  files: { download(request: { file: Video; downloadPath: string }): Promise<void> };
  interactions: Record<'get' | 'cancel', (id: string) => Promise<Interaction>> & {
    create(request: object): Promise<Interaction>;
  };
}
const { GoogleGenAI } = jest.requireActual<{ GoogleGenAI: new (options: object) => Client }>(
  '@google/genai',
);

let upstream: Upstream;
const folder = mkdtempSync(join(tmpdir(), 'reelay-google-'));
beforeAll(async () => {
  // Ahead, since it stands still: a token that is made later on a slow machine has begun by it.
  upstream = await startUpstream({ startAt: Date.now() + 60_000 });
});
afterAll(async () => {
  await upstream.stop();
  rmSync(folder, { recursive: true });
});

/** The first look finds it running, the second at its end. */
const PROMPT = 'a cat [[sim polls=2 video=shared]]';
const PICTURE = { imageBytes: 'iVBORw0KGgo=', mimeType: 'image/png' };

const onGemini = (): Client =>
  new GoogleGenAI({ apiKey: 'https-key', httpOptions: { baseUrl: upstream.baseUrlOf('google') } });

/** A client with a token of Google's token service, which the test hands it. */
function onVertex(): Client {
  const authClient = {
    getRequestHeaders: () => Promise.resolve(new Headers({ authorization: 'Bearer ya29.token' })),
    getAccessToken: () => Promise.resolve({ token: 'ya29.token' }),
  };
  return new GoogleGenAI({
    vertexai: true,
    project: 'a-project',
    location: 'us-central1',
    httpOptions: { baseUrl: upstream.baseUrlOf('google') },
    googleAuthOptions: { authClient },
  });
}

async function videoOf(ai: Client, started: Operation): Promise<Video> {
  let operation = started;
  for (let look = 0; look < 3 && !operation.done; look += 1) {
    operation = await ai.operations.getVideosOperation({ operation });
  }
  const video = operation.response?.generatedVideos?.[0]?.video;
  if (!video) throw new Error(`no video: ${JSON.stringify(operation)}`);
  return video;
}

const isVideo = (bytes: Buffer): boolean => bytes.subarray(4, 8).toString() === 'ftyp';

test('Veo on the Gemini API makes a video, which the client downloads', async () => {
  const ai = onGemini();
  const started = await ai.models.generateVideos({
    model: 'veo-3.1-generate-preview',
    source: { prompt: PROMPT },
  });
  const file = await videoOf(ai, started);
  const downloadPath = join(folder, 'veo.mp4');
  await ai.files.download({ file, downloadPath });
  // The client writes on after its promise is kept.
  await until(() => Promise.resolve(isVideo(readFileSync(downloadPath))));
});

test('Veo on the Gemini API takes every field that the client has for it', async () => {
  const ai = onGemini();
  const started = await ai.models.generateVideos({
    model: 'veo-3.1-fast-generate-preview',
    source: { prompt: PROMPT, image: PICTURE },
    config: {
      lastFrame: PICTURE,
      numberOfVideos: 1,
      durationSeconds: 8,
      aspectRatio: '9:16',
      resolution: '1080p',
      personGeneration: 'allow_adult',
      negativePrompt: 'dogs',
    },
  });
  expect((await videoOf(ai, started)).uri).toContain(':download?alt=media');
});

test('what Google refuses the client reads as an error with its status', async () => {
  const refused = onGemini().models.generateVideos({
    model: 'veo-3.1-generate-preview',
    source: { prompt: PROMPT },
    config: { aspectRatio: '1:1' },
  });
  await expect(refused).rejects.toMatchObject({
    status: 400,
    message: expect.stringContaining('INVALID_ARGUMENT') as unknown,
  });
});

test.each([
  ['stands in the reply', undefined],
  ['is in a bucket', 'gs://a-bucket/videos'],
])('Veo on Vertex AI makes a video that %s', async (_, outputGcsUri) => {
  const ai = onVertex();
  const started = await ai.models.generateVideos({
    model: 'veo-3.1-generate-001',
    source: { prompt: PROMPT, image: PICTURE },
    config: {
      numberOfVideos: 1,
      durationSeconds: 4,
      generateAudio: true,
      seed: 7,
      ...(outputGcsUri === undefined ? {} : { outputGcsUri }),
    },
  });
  const { uri, videoBytes } = await videoOf(ai, started);
  if (outputGcsUri === undefined) {
    expect(isVideo(Buffer.from(videoBytes ?? '', 'base64'))).toBe(true);
  } else expect(uri).toMatch(/^gs:\/\/a-bucket\/videos\/.+\.mp4$/);
});

test('Omni makes a video of an interaction, and ends one that is cancelled', async () => {
  const { interactions } = onGemini();
  const created = await interactions.create({
    model: 'gemini-omni-1.1-flash',
    input: PROMPT,
    background: true,
  });
  const shown = [created.status];
  for (let look = 0; look < 2; look += 1) {
    shown.push((await interactions.get(created.id)).status);
  }
  expect(shown).toEqual(['in_progress', 'in_progress', 'completed']);
  const other = await interactions.create({
    model: 'gemini-omni-1.1-flash',
    input: 'a cat [[sim queued=100]]',
    background: true,
  });
  expect(await interactions.cancel(other.id)).toMatchObject({ status: 'cancelled' });
  await expect(interactions.get('v1_nobody')).rejects.toMatchObject({ status: 400 });
});
