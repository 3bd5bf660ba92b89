import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import type { FileConfigInput } from '../../src/config';
import type { Capabilities } from '../../src/core/request/capabilities';
import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import { openai } from '../../src/providers/openai';
import { openaiModels } from '../../src/providers/openai/models';
import { retiredModels } from '../../src/providers/openai/retired';
import { STATUS_WORDS } from '../../src/providers/openai/words';
import { providers } from '../../src/providers';
import { buildCatalog } from '../../src/run/channels';

/** One wire, many servers: what a channel says of its own, and where the models of OpenAI are gone. */

type Channel = NonNullable<NonNullable<FileConfigInput['channels']>[string]>;

const started = (...said: Parameters<typeof cataloged>) =>
  cataloged(...said).channel('mine')?.channel;

/** What is offered of the one model. */
const offered = (...said: Parameters<typeof cataloged>): Capabilities =>
  cataloged(...said).resolve({ group: 'default', models: null }, 'm').routes[0].capabilities;

function cataloged(
  channel: { baseUrl?: string; credentials?: Record<string, string>; options?: object } = {},
  choice: { model: string; like?: string } = { model: 'self-hosted' },
) {
  // Sound because what is wrong with it is what these tests ask for.
  const mine = {
    ...{ provider: 'openai', baseUrl: 'http://gpu.internal:8000/v1', credentials: {} },
    ...channel,
  } as unknown as Channel;
  const config = readConfig(
    { REELAY_CONFIG: '' },
    {
      channels: { mine },
      models: { m: { channels: [{ channel: 'mine', ...choice }], price: { perJob: '1' } } },
    },
  );
  const own = { ...config, channels: { mine: config.channels['mine'] ?? fail() } };
  return buildCatalog({ ...own, models: { m: config.models['m'] ?? fail() } }, undefined);
}

function fail(): never {
  throw new Error('the entry is in the config');
}

test('a server that takes anybody needs no key, and gets no header', () => {
  expect(started()?.credentials).toEqual({});
  const call = openai.poll({ id: 'video_1' });
  expect(openai.authorize(call, {}, 0)).toEqual(call);
  expect(openai.authorize(call, { apiKey: 'k' }, 0).headers).toEqual({ authorization: 'Bearer k' });
});

test('options have defaults, and a word that is none is told', () => {
  expect(started()?.options).toEqual({
    ...{ create: 'multipart', createPath: '/videos', pictureAs: 'image_url', secondsAs: 'text' },
  });
  expect(() => started({ options: { creates: 'json' } })).toThrow('did you mean "create"');
  expect(() => started({ options: { createPath: '//elsewhere.example' } })).toThrow(
    'must be a path such as "/videos"',
  );
});

describe('a model of OpenAI’s', () => {
  test.each(Object.keys(retiredModels))('%s is gone at OpenAI, and nowhere else', (model) => {
    const choice = { model, ...(model in openaiModels ? {} : { like: 'sora-2' }) };
    const at = (baseUrl: string) => started({ baseUrl, credentials: { apiKey: 'k' } }, choice);
    expect(() => at('https://api.openai.com/v1')).toThrow(
      `models.m.channels.0.model: openai has "${model}" no more since 2026-09-24`,
    );
    expect(at('https://reseller.example/v1')?.baseUrl).toBe('https://reseller.example/v1');
  });
});

test('every status word stands in a wire file', () => {
  const folder = join(__dirname, '../../src/providers/openai/wire');
  const all = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const shown = new Set(
    all.flatMap((text) => [...text.matchAll(/"status": "([\w]+)"/g)].map(([, word]) => word)),
  );
  expect(Object.keys(STATUS_WORDS).filter((word) => !shown.has(word))).toEqual([]);
});

describe('words of a server’s own', () => {
  /** Asks a channel of that kind, whose operator lets callers use the words of `callerWords`. */
  const asked = (passthrough: Record<string, unknown>, like: string, callerWords?: string[]) => {
    const request = { model: like, prompt: 'a cat', inputs: [], passthrough };
    const channel = callerWords ? { options: { callerWords } } : {};
    return applyCapabilities(request, offered(channel, { model: like }), {
      passthrough: 'metadata',
    });
  };

  const NOT_OPEN = 'is no word that callers of this model may use';

  test.each(
    Object.keys(openaiModels).flatMap((like): [string, Record<string, unknown>][] =>
      [
        ...[{ mode: 'pro' }, { mock_response: 'done' }, { model_list: ['sora-2-pro'] }],
        ...[{ diffusers_kwargs: { num_videos_per_prompt: 8 } }, { num_inference_steps: 200 }],
        ...[{ lora: { path: '/models/large' } }, { fps: 120 }, { extra_params: {} }],
      ].map((words) => [like, words]),
    ),
  )('%s: %j would change what a video costs, and nobody has opened it', (like, words) => {
    expect(() => asked(words, like)).toThrow(NOT_OPEN);
  });

  const NEVER = 'is written by the gateway';
  const OPEN = ['num_inference_steps', 'extra_params', 'diffusers_kwargs', 'nvext', 'lora'];
  test.each<[Record<string, unknown>, string]>([
    [{ num_frames: 400 }, `metadata.num_frames: ${NEVER}`],
    [{ n: 4 }, `metadata.n: ${NEVER}`],
    [{ num_videos_per_prompt: 8 }, `metadata.num_videos_per_prompt: ${NEVER}`],
    [{ num_retries: 5 }, `metadata.num_retries: ${NEVER}`],
    [{ fallbacks: ['sora-2-pro'] }, `metadata.fallbacks: ${NEVER}`],
    [{ extra_body: { seconds: 30 } }, `metadata.extra_body: ${NEVER}`],
    [{ extra_params: { num_frames: 400 } }, 'has a word that the gateway writes'],
    [{ diffusers_kwargs: { num_videos_per_prompt: 8 } }, 'has a word that the gateway writes'],
    [{ nvext: { num_frames: 400 } }, 'has a word that the gateway writes'],
    [{ num_inference_steps: 9_000 }, 'must lie between 1 and 200'],
    [{ enable_teacache: true }, NOT_OPEN],
  ])('%j is refused though others are open', (words, sentence) => {
    expect(() => asked(words, 'self-hosted', OPEN)).toThrow(sentence);
  });

  test('what an operator opens goes as it is, beside what leaves the work of a video as it is', () => {
    const plain = { guidance_scale: 5, nvext: { seed: 7, negative_prompt: 'rain' } };
    expect(asked(plain, 'self-hosted').passthrough).toEqual(plain);
    const more = { ...plain, lora: { name: 'anime' }, extra_params: { shift: 3 } };
    expect(asked(more, 'self-hosted', OPEN).passthrough).toEqual(more);
    expect(asked({ lora: 'anime' }, 'sora-2', ['lora']).passthrough).toEqual({ lora: 'anime' });
  });

  test.each(['seconds', 'n', 'num_retries', 'metadata'])('nobody can open "%s"', (word) => {
    expect(() => started({ options: { callerWords: [word] } })).toThrow('is no word for callers');
  });

  test('no provider’s list of words is open but those of Ark and Kling', () => {
    const open = Object.values(providers).flatMap(({ name, models }) =>
      Object.values(models).some((model) => keysOf(model).some((keys) => !keys?.closed))
        ? [name]
        : [],
    );
    // What no word may change there, `kling-keys.test.ts` and the contract test hold.
    expect(open).toEqual(['ark', 'kling']);
  });
});

/** The words of a model in each of its modes. */
const keysOf = ({ modes, vendorKeys }: Capabilities) =>
  Object.values(modes).flatMap(({ vendorKeys: own = vendorKeys, besideVideo }) => [
    own,
    besideVideo?.vendorKeys ?? own,
  ]);
