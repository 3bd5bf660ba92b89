import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import type { GatewayError } from '../../src/core/errors';
import { klingModels } from '../../src/providers/kling/models';

/** The words of Kling's own that its pages describe are checked before they pass; all others pass as they are. */

function check(
  model: string,
  passthrough: Record<string, unknown>,
  more: { seconds?: number } = {},
): unknown {
  const table = klingModels[model];
  if (!table) throw new Error(`no model ${model}`);
  const inputs = table.modes.text
    ? []
    : [{ role: 'first_frame' as const, media: { url: 'https://media.example/a.png' } }];
  const request = { model, prompt: 'a cat', inputs, passthrough, ...more };
  try {
    return applyCapabilities(request, table, { passthrough: 'metadata' }).passthrough;
  } catch (error) {
    return (error as GatewayError).message;
  }
}

const simple = (config: unknown): Record<string, unknown> => ({
  camera_control: { type: 'simple', config },
});

test.each<[string, Record<string, unknown>]>([
  ['kling-v1', { cfg_scale: 0 }],
  ['kling-v1', { cfg_scale: 1 }],
  ['kling-v1', { cfg_scale: null, camera_control: null }],
  ['kling-v1', simple({ zoom: -10 })],
  ['kling-v1', simple({ pan: 0, tilt: 0.5 })],
  ['kling-v1', { camera_control: { type: 'down_back' } }],
  ['kling-v1', { camera_control: { type: 'down_back', config: null } }],
  ['kling-v1-5', { static_mask: 'https://media.example/m.png' }],
  ['kling-v3', { voice_list: [{ voice_id: 'a' }, { voice_id: 'b' }], element_list: [] }],
  ['kling-v3-omni', { element_list: Array.from({ length: 7 }, () => ({ element_id: 1 })) }],
  ['kling-v2-6', { a_word_of_next_year: { deep: [1] } }],
])('%s lets %j pass as it is', (model, passthrough) => {
  expect(check(model, passthrough)).toEqual(passthrough);
});

test.each<[shots: string[], seconds: number, said: string | undefined]>([
  [['5'], 5, undefined],
  [['2', '3'], 5, undefined],
  [['2', '8'], 10, undefined],
  [['5'], 10, 'multi_prompt: has a duration of 5 in all; the video has 10.'],
  [['5', '5'], 5, 'multi_prompt: has a duration of 10 in all; the video has 5.'],
])('shots of %j in a video of %d seconds', (shots, seconds, said) => {
  const multi_prompt = shots.map((duration, index) => ({
    index: index + 1,
    prompt: 'a',
    duration,
  }));
  const passthrough = { multi_shot: true, shot_type: 'customize', multi_prompt };
  const answer = check('kling-v3', passthrough, { seconds });
  expect(answer).toEqual(said === undefined ? passthrough : `metadata.${said}`);
});

const points = (count: number): object[] => Array.from({ length: count }, () => ({ x: 1, y: 1 }));
const shot = { index: 1, prompt: 'a', duration: '5' };

test.each<[string, Record<string, unknown>, string]>([
  ['kling-v1', { cfg_scale: '0.5' }, 'cfg_scale: must be a number'],
  ['kling-v1', { cfg_scale: -0.1 }, 'cfg_scale: must lie between 0 and 1'],
  ['kling-v1', { cfg_scale: 1.1 }, 'cfg_scale: must lie between 0 and 1'],
  ['kling-v2-master', { cfg_scale: 0.5 }, 'cfg_scale: is not supported by this model'],
  ['kling-v2-5-turbo', { cfg_scale: 0.5 }, 'cfg_scale: is not supported by this model'],
  ['kling-video-o1', { cfg_scale: 0.5 }, 'cfg_scale: is not supported by this model'],
  [
    'kling-v1',
    { camera_control: { type: 'wild' } },
    'camera_control.type: has a value that is not allowed. Allowed: ' +
      'simple, down_back, forward_up, right_turn_forward, left_turn_forward.',
  ],
  ['kling-v1', { camera_control: { type: 'simple' } }, 'camera_control.config: is required'],
  ['kling-v1', { camera_control: 'simple' }, 'camera_control: must be an object'],
  ['kling-v1', simple({ zoom: 10.5 }), 'camera_control.config.zoom: must lie between -10 and 10'],
  [
    'kling-v1',
    simple({ zoom: 1, pan: 1 }),
    'camera_control.config: must have exactly one value that is not 0',
  ],
  ['kling-v1', simple({}), 'camera_control.config: must have exactly one value that is not 0'],
  ['kling-v1', simple({ dolly: 1 }), 'camera_control.config.dolly: is not a known field'],
  [
    'kling-v1',
    { camera_control: { type: 'forward_up', config: { zoom: 1 } } },
    'camera_control.config: goes with the type simple only',
  ],
  [
    'kling-v1',
    { dynamic_masks: [{ mask: 'm', trajectories: points(1) }] },
    'trajectories: has fewer than 2 items',
  ],
  [
    'kling-v1',
    { dynamic_masks: [{ mask: 'm', trajectories: points(78) }] },
    'trajectories: has more than 77 items',
  ],
  ['kling-v3', { shot_type: 'auto' }, 'Allowed: customize, intelligence.'],
  ['kling-v3', { multi_prompt: Array.from({ length: 7 }, () => shot) }, 'multi_prompt'],
  [
    'kling-v3',
    { multi_prompt: [{ ...shot, prompt: 'x'.repeat(513) }] },
    'multi_prompt.0.prompt: is longer than 512 characters',
  ],
  ['kling-v3', { multi_prompt: [{ ...shot, duration: 5 }] }, 'multi_prompt.0.duration'],
  ['kling-v3', { voice_list: Array.from({ length: 3 }, () => ({ voice_id: 'a' })) }, 'voice_list'],
  ['kling-v3', { element_list: Array.from({ length: 4 }, () => ({ element_id: 1 })) }, 'element'],
])('%s refuses %j', (model, passthrough, said) => {
  const message = check(model, passthrough);
  expect(message).toMatch(/^metadata\./);
  expect(message).toContain(said);
});
