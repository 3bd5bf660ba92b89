import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import type { GatewayError } from '../../src/core/errors';
import type { Input, VideoRequest } from '../../src/core/request/request';
import { newerModels } from '../../src/providers/kling/newer/models';
import { submit } from '../../src/providers/kling/newer/submit';

/** What a model of the newer wire cannot do is refused by name; Kling itself would drop much of it without a word. */

type Asked = Partial<VideoRequest>;

const input = (role: Input['role']): Input => ({ role, media: { url: 'https://a.example/x' } });
const inputs = (...roles: Input['role'][]): Asked => ({ inputs: roles.map(input) });
const images = (count: number): Input['role'][] =>
  Array.from({ length: count }, () => 'reference_image');

function applied(model: string, asked: Asked) {
  const table = newerModels[model];
  if (!table) throw new Error(`no model ${model}`);
  const request = { model, prompt: 'a cat', inputs: [], passthrough: {}, ...asked };
  return applyCapabilities(request, table, { serviceTier: 'mode' });
}

function settings(model: string, asked: Asked): unknown {
  const call = submit({ model, applied: applied(model, asked), attemptId: 'a', blobs: new Map() });
  return (JSON.parse(String(call.body)) as { settings: unknown }).settings;
}

test.each<[string, Asked, object]>([
  ['kling-3.0', { serviceTier: 'pro' }, { resolution: '1080p' }],
  ['kling-3.0', { serviceTier: '4k' }, { resolution: '4k' }],
  ['kling-3.0', { size: { width: 3840, height: 2160 } }, { resolution: '4k' }],
  ['kling-3.0', { generateAudio: true, resolution: '4k' }, { audio: 'native' }],
  ['kling-3.0', { passthrough: { multi_shot: true } }, { multi_shot: true }],
  ['kling-3.0', { passthrough: { multi_shot: null } }, { multi_shot: false }],
  ['kling-3.0-omni', { ...inputs(...images(7)), generateAudio: true }, { audio: 'native' }],
  ['kling-3.0-omni', inputs(...images(4), 'reference_video'), { audio: 'off', multi_shot: true }],
  ['kling-o1', { seconds: 7 }, { duration: 7, audio: 'off' }],
  ['kling-2.6', { generateAudio: true, resolution: '1080p' }, { audio: 'native' }],
])('%s with %j is sent %j', (model, asked, sent) => {
  expect(settings(model, asked)).toMatchObject(sent);
});

test.each<[string, Asked, string]>([
  [
    'kling-3.0-turbo',
    { generateAudio: false },
    'generateAudio: cannot be false: this model always makes sound. Allowed: true.',
  ],
  ['kling-3.0-turbo', { resolution: '4k' }, 'resolution: 4k is not offered by this model.'],
  [
    'kling-3.0-turbo',
    inputs('first_frame', 'last_frame'),
    'inputs: the model does not take a first and a last frame. Allowed: text only, a first frame.',
  ],
  [
    'kling-3.0-turbo',
    { ...inputs('first_frame'), prompt: 'x'.repeat(2_501) },
    'prompt: is longer than 2500 characters.',
  ],
  ['kling-3.0', { prompt: 'x'.repeat(3_073) }, 'prompt: is longer than 3072 characters.'],
  ['kling-3.0', { seconds: 16 }, 'seconds: 16 is not offered by this model.'],
  ['kling-3.0', { negativePrompt: 'rain' }, 'negativePrompt: is not supported by this model.'],
  ['kling-3.0', inputs('reference_image'), 'inputs: the model does not take references.'],
  ['kling-3.0', inputs('last_frame'), 'inputs: has a last frame without a first frame.'],
  [
    'kling-3.0',
    { passthrough: { cfg_scale: 0.5 } },
    'passthrough.cfg_scale: is no word that callers of this model may use. Allowed: multi_shot.',
  ],
  [
    'kling-3.0',
    { passthrough: { multi_shot: 1 } },
    'passthrough.multi_shot: must be true or false',
  ],
  [
    'kling-3.0',
    { passthrough: { settings: {} } },
    'passthrough.settings: is written by the gateway',
  ],
  [
    'kling-2.6',
    { passthrough: { multi_shot: true } },
    'passthrough.multi_shot: is no word that callers of this',
  ],
  ['kling-3.0-omni', inputs(...images(8)), 'inputs: has 8 images; at most 7.'],
  [
    'kling-3.0-omni',
    inputs(...images(5), 'reference_video'),
    'inputs: has 5 images beside a video; at most 4.',
  ],
  [
    'kling-3.0-omni',
    { ...inputs('reference_video'), generateAudio: true },
    'generateAudio: is not supported by this model. Allowed: false.',
  ],
  [
    'kling-3.0-omni',
    { ...inputs('reference_video'), passthrough: { multi_shot: false } },
    'passthrough.multi_shot: has a value that is not allowed. Allowed: true.',
  ],
  [
    'kling-o1',
    { ...inputs('first_frame'), seconds: 7 },
    'seconds: 7 is not offered by this model. Allowed: 5, 10.',
  ],
  ['kling-o1', { generateAudio: true }, 'generateAudio: is not supported by this model.'],
  ['kling-2.6', { generateAudio: true }, 'generateAudio: needs resolution 1080p. Allowed: false.'],
  [
    'kling-2.6',
    { ...inputs('first_frame', 'last_frame'), generateAudio: true },
    'generateAudio: is not supported by this model. Allowed: false.',
  ],
  [
    'kling-2.5-turbo',
    { ...inputs('first_frame', 'last_frame'), resolution: '720p' },
    'resolution: 720p is not offered by this model for these inputs. Allowed: 1080p.',
  ],
])('%s refuses %j', (model, asked, said) => {
  expect.assertions(1);
  try {
    applied(model, asked);
  } catch (error) {
    expect((error as GatewayError).message).toContain(said);
  }
});
