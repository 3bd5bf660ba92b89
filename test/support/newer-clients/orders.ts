import type { Order } from '../newer-clients';

/** What callers ask the clients for: the videos that are made, and what the vendors refuse. */

type Settings = Order['settings'];
type Client = Order['client'];

/** The first look finds it running, the second at its end. */
export const PROMPT = 'a cat [[sim polls=2 video=shared]]';
/** A picture by its link, and one in bytes. */
export const PICTURE = 'https://media.example/a.png';
export const BYTES = 'data:image/png;base64,iVBORw0KGgo=';
const FIRST = { image: BYTES, frameType: 'first_frame' };
const LAST = { image: BYTES, frameType: 'last_frame' };

type Row = readonly [wish: string, model: string, settings: Settings];

/** A wish for each way in which a client can be asked. */
export const MAKES: Readonly<Partial<Record<Client, readonly Row[]>>> = {
  google: [
    ['a text', 'veo-3.1-generate-preview', {}],
    [
      'a shape, a size and a length',
      'veo-3.1-fast-generate-preview',
      { aspectRatio: '9:16', resolution: '1920x1080', duration: 8 },
    ],
    ['a picture', 'veo-3.1-generate-preview', { prompt: { image: BYTES, text: PROMPT } }],
    ['first and last frame', 'veo-3.1-generate-preview', { frameImages: [FIRST, LAST] }],
    ['references', 'veo-3.1-generate-preview', { inputReferences: [BYTES, BYTES] }],
    [
      'a person, and what to leave out',
      'veo-3.1-generate-preview',
      {
        seed: 7,
        providerOptions: { google: { personGeneration: 'allow_all', negativePrompt: 'dogs' } },
      },
    ],
  ],
  fal: [
    ['a text', 'fal-ai/veo3.1', {}],
    ['a model without its owner', 'veo3.1/fast', { aspectRatio: '9:16', duration: 4, seed: 7 }],
    ['a link', 'fal-ai/veo3.1/image-to-video', { prompt: { image: PICTURE, text: PROMPT } }],
    ['a picture', 'fal-ai/veo3.1/image-to-video', { prompt: { image: BYTES, text: PROMPT } }],
    [
      'words of the model’s own',
      'fal-ai/veo3.1',
      {
        providerOptions: {
          fal: { resolution: '1080p', negativePrompt: 'dogs', generate_audio: false },
        },
      },
    ],
    [
      'Kling, whose length is a bare number',
      'fal-ai/kling-video/v3/pro/text-to-video',
      { providerOptions: { fal: { duration: '5', cfg_scale: 0.5 } } },
    ],
  ],
  replicate: [
    ['a text', 'bytedance/seedance-1-pro', {}],
    [
      'a shape, a length and a seed',
      'bytedance/seedance-1-pro',
      { aspectRatio: '9:16', duration: 10, fps: 24, seed: 7 },
    ],
    ['a size, which no model has', 'google/veo-3.1', { resolution: '1280x720', duration: 4 }],
    ['a link', 'bytedance/seedance-1-pro', { prompt: { image: PICTURE, text: PROMPT } }],
    ['a picture', 'google/veo-3.1', { prompt: { image: BYTES, text: PROMPT } }],
    [
      'words of the model’s own',
      'kwaivgi/kling-v3-video',
      { providerOptions: { replicate: { mode: '4k', start_image: PICTURE } } },
    ],
  ],
  minimax: [
    ['a text', 'MiniMax-H3', {}],
    ['a shape and a length', 'MiniMax-H3', { aspectRatio: '21:9', duration: 15 }],
    ['a size', 'MiniMax-H3', { resolution: '1366x768' }],
    ['a cheap tier of the other model', 'MiniMax-H3-Max', { resolution: '854x480' }],
    ['a link', 'MiniMax-H3', { prompt: { image: PICTURE, text: PROMPT } }],
    ['first and last frame', 'MiniMax-H3-Max', { frameImages: [FIRST, LAST] }],
    [
      'references of every kind',
      'MiniMax-H3',
      {
        inputReferences: [
          BYTES,
          { data: 'https://media.example/a.mp4', mediaType: 'video/mp4' },
          { data: PICTURE, mediaType: 'image/png' },
        ],
        providerOptions: { minimax: { referenceAudioUrls: ['https://media.example/a.mp3'] } },
      },
    ],
    [
      'words of its own',
      'MiniMax-H3',
      { providerOptions: { minimax: { resolution: '2K', ratio: '1:1', aigcWatermark: true } } },
    ],
  ],
};

type Refusal = readonly [Client, what: string, Settings, Partial<Order>, NonNullable<unknown>];

/** What a vendor refuses at the create, with what its client makes of that. */
export const REFUSALS: readonly Refusal[] = [
  [
    'google',
    'a shape that there is not',
    { aspectRatio: '1:1' },
    { model: 'veo-3.1-generate-preview' },
    { statusCode: 400, message: expect.stringMatching(/Aspect ratio 1:1/) },
  ],
  [
    'google',
    'a wrong key',
    {},
    { model: 'veo-3.1-generate-preview', key: 'wrong' },
    { statusCode: 400, message: expect.stringMatching(/API key not valid/) },
  ],
  ['google', 'a model that there is not', {}, { model: 'veo-9' }, { statusCode: 404 }],
  [
    'fal',
    'a length in its own words, which Kling’s page does not take',
    { duration: 5 },
    { model: 'fal-ai/kling-video/v3/pro/text-to-video' },
    { statusCode: 422, responseBody: expect.stringMatching(/"loc":\["body","duration"\]/) },
  ],
  [
    'fal',
    'a model of another owner, of which it makes one of fal’s',
    {},
    { model: 'bytedance/seedance-2.0/text-to-video' },
    { statusCode: 404 },
  ],
  ['fal', 'a wrong key', {}, { model: 'fal-ai/veo3.1', key: 'no-secret' }, { statusCode: 401 }],
  [
    'replicate',
    'a length that there is not',
    { duration: 5 },
    { model: 'google/veo-3.1' },
    { statusCode: 422, message: expect.stringMatching(/duration/) },
  ],
  [
    'replicate',
    'a version that there is not',
    {},
    { model: `minimax/video-01:${'0'.repeat(64)}` },
    { statusCode: 422, message: expect.stringMatching(/version does not exist/) },
  ],
  [
    'minimax',
    'an empty balance',
    {},
    { model: 'MiniMax-H3', key: 'refused-1008' },
    { statusCode: 402, message: expect.stringMatching(/insufficient balance/) },
  ],
  [
    'minimax',
    'too many requests',
    {},
    { model: 'MiniMax-H3', key: 'refused-1002' },
    { statusCode: 429 },
  ],
  [
    'minimax',
    'an empty text',
    { prompt: '' },
    { model: 'MiniMax-H3' },
    { statusCode: 400, message: expect.stringMatching(/non-empty text/) },
  ],
];
