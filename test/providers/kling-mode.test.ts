import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import type { GatewayError } from '../../src/core/errors';
import type { VideoRequest } from '../../src/core/request/request';
import { klingModels } from '../../src/providers/kling/models';
import { submit } from '../../src/providers/kling/submit';

/** `mode` is a caller's word at many endpoints; what Kling is sent is that word, or the request is refused. */

function sent(model: string, serviceTier: string, more: Partial<VideoRequest> = {}): unknown {
  const table = klingModels[model];
  if (!table) throw new Error(`no model ${model}`);
  const request = { model, prompt: 'a cat', inputs: [], passthrough: {}, serviceTier, ...more };
  const names = { serviceTier: 'mode' };
  const applied = applyCapabilities(request, table, names);
  const call = submit({ model, applied, attemptId: 'a', blobs: new Map() });
  return (JSON.parse(String(call.body)) as { mode?: string }).mode;
}

test.each([
  ['kling-v1', 'std', 'std'],
  ['kling-v1', 'pro', 'pro'],
  ['kling-v1-6', 'std', 'std'],
  ['kling-v2-6', 'pro', 'pro'],
  ['kling-v3', 'std', 'std'],
  ['kling-v3', '4k', '4k'],
  ['kling-v3-omni', 'std', 'std'],
  ['kling-v3-omni', 'pro', 'pro'],
  ['kling-video-o1', 'std', 'std'],
  // The one quality that it has needs no word.
  ['kling-v2-master', 'std', undefined],
  ['kling-v2-1-master', 'pro', undefined],
])('%s with mode %s is sent %s', (model, mode, word) => {
  expect(sent(model, mode)).toBe(word);
});

const FRAMES: VideoRequest['inputs'] = [
  { role: 'first_frame', media: { url: 'https://media.example/a.png' } },
  { role: 'last_frame', media: { url: 'https://media.example/b.png' } },
];

test.each<[string, string, Partial<VideoRequest>, string]>([
  ['kling-v2-master', 'pro', {}, 'mode: 1080p is not offered by this model. Allowed: 720p.'],
  ['kling-v2-1-master', 'std', {}, 'mode: 720p is not offered by this model. Allowed: 1080p.'],
  ['kling-v2-6', '4k', {}, 'mode: 4k is not offered by this model.'],
  ['kling-v3', 'std', { resolution: '1080p' }, 'resolution: contradicts mode. Allowed: 720p.'],
  ['kling-v3', 'std', { size: { width: 1920, height: 1080 } }, 'mode: contradicts size.'],
  ['kling-v2-1', 'std', { inputs: FRAMES }, 'mode: 720p is not offered by this model for these'],
])('%s refuses mode %s with %j', (model, mode, more, said) => {
  expect.assertions(1);
  try {
    sent(model, mode, more);
  } catch (error) {
    expect((error as GatewayError).message).toContain(said);
  }
});
