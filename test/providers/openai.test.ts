import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/config';
import type { FileConfigInput } from '../../src/config';
import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import { openai } from '../../src/providers/openai';
import { openaiModels } from '../../src/providers/openai/models';
import { retiredModels } from '../../src/providers/openai/retired';
import { STATUS_WORDS } from '../../src/providers/openai/words';
import { buildCatalog } from '../../src/run/channels';

/** One wire, many servers: what a channel says of its own, and where the models of OpenAI are gone. */

type Channel = NonNullable<NonNullable<FileConfigInput['channels']>[string]>;

function started(
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
  return buildCatalog({ ...own, models: { m: config.models['m'] ?? fail() } }, undefined).channel(
    'mine',
  )?.channel;
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
  const asked = (passthrough: Record<string, unknown>) => {
    const request = { model: 'self-hosted', prompt: 'a cat', inputs: [], passthrough };
    const model = openaiModels['self-hosted'] ?? fail();
    return applyCapabilities(request, model, { passthrough: 'metadata' });
  };

  test.each<[Record<string, unknown>, string]>([
    [{ num_frames: 400 }, 'metadata.num_frames: is written by the gateway'],
    [{ n: 4 }, 'metadata.n: is written by the gateway'],
    [{ extra_body: { seconds: 30 } }, 'metadata.extra_body: is written by the gateway'],
    [{ extra_params: { num_frames: 400 } }, 'has a word that the gateway writes'],
    [{ nvext: { num_frames: 400 } }, 'has a word that the gateway writes'],
    [{ num_inference_steps: 9_000 }, 'must lie between 1 and 200'],
  ])('%j is refused: it would change what was priced, or cannot be', (words, sentence) => {
    expect(() => asked(words)).toThrow(sentence);
  });

  test('any other goes as it is', () => {
    const words = {
      ...{ guidance_scale: 5, enable_teacache: true, extra_params: { shift: 3 } },
      nvext: { seed: 7, negative_prompt: 'rain' },
    };
    expect(asked(words).passthrough).toEqual(words);
  });
});
