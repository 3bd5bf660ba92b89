import { SELF_HOSTED_KEYS } from '../../src/providers/openai/vendor-keys';
import { askServers, type ServerName } from '../support/video-servers';

/**
 * A caller may send words of a server's own. Which a create may have its source tells, at the versions of
 * `test/support/video-servers/servers.txt`; each of them was looked at, and one that a newer version adds is to be.
 */

/**
 * The words that an operator may open to callers, since they change neither what was priced nor the server's files: how the
 * picture is computed, how smooth it moves, how it is encoded. They cost the server more or less, so that none is open by itself.
 */
const TO_OPEN: readonly string[] = [
  'attention_backend_override',
  'boundary_ratio',
  'cache_dit_params',
  'cfg_gate_step',
  'diffusers_kwargs',
  'enable_cache_dit',
  'enable_frame_interpolation',
  'enable_teacache',
  'enhance_prompt',
  'extra_params',
  'flow_shift',
  'fps',
  'frame_interpolation_exp',
  'frame_interpolation_scale',
  'generator_device',
  'lora',
  'max_sequence_length',
  'num_inference_steps',
  'output_compression',
  'output_quality',
  'quality',
  'return_stage_metrics',
  'skip_softmax_params',
  'start_time_seconds',
  'true_cfg_scale',
  'user',
  'x264_preset',
];

test.each<ServerName>(['vllm', 'sglang'])(
  'every word that a create of %s may have is the gateway’s own, bounded, or the operator’s to open',
  (server) => {
    const [fields = []] = askServers<'fields'>([['fields', { server }]]);
    expect(fields.length).toBeGreaterThan(30);
    const { owned = [], checked } = SELF_HOSTED_KEYS;
    const known = [...owned, ...Object.keys(checked), ...TO_OPEN];
    expect(fields.filter((word) => !known.includes(word))).toEqual([]);
  },
);

test('no word that an operator may open is one that the gateway writes', () => {
  expect(TO_OPEN.filter((word) => SELF_HOSTED_KEYS.owned?.includes(word))).toEqual([]);
});
