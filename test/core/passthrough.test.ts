import { z } from 'zod';
import type { GatewayError } from '../../src/core/errors';
import { checkPassthrough, withVendorKeys } from '../../src/core/request/passthrough';
import type { VendorKeys } from '../../src/core/request/passthrough';

/** Vendor keys pass, except where they would say something else than what was priced (P8). */

const KEYS: VendorKeys = {
  owned: ['duration', 'model', '__proto__'],
  checked: {
    scale: z.number({ error: 'must be a number' }),
    shots: z.array(z.object({ length: z.string() })),
    camera: z.strictObject({ type: z.enum(['simple', 'free']) }),
  },
  divided: { shots: 'length' },
};

const json = (text: string): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>;

test.each(
  [
    '{}',
    '{"anything": {"deep": [1]}}',
    '{"scale": 0.5, "camera": {"type": "free"}}',
    '{"duration": null, "scale": null, "shots": null}',
    '{"shots": [{"length": "2"}, {"length": "3"}]}',
    '{"constructor": 1, "toString": 2}',
  ].map((text) => [text]),
)('%s passes', (text) => {
  expect(() => {
    checkPassthrough(json(text), KEYS, { param: 'extra', seconds: 5 });
  }).not.toThrow();
});

test.each([
  ['{"a": 1, "duration": 10}', 'extra.duration', 'is written by the gateway'],
  ['{"model": ""}', 'extra.model', 'is written by the gateway'],
  ['{"duration": false}', 'extra.duration', 'is written by the gateway'],
  ['{"__proto__": {"duration": 10}}', 'extra.__proto__', 'is written by the gateway'],
  ['{"scale": "much"}', 'extra.scale', 'must be a number'],
  [
    '{"camera": {"type": "wild"}}',
    'extra.camera.type',
    'has a value that is not allowed. Allowed: simple, free.',
  ],
  ['{"shots": [{"length": "3"}]}', 'extra.shots', 'has a length of 3 in all; the video has 5.'],
  ['{"shots": []}', 'extra.shots', 'has a length of 0 in all; the video has 5.'],
  ['{"camera": {"type": "free", "x": 1}}', 'extra.camera.x', 'is not a known field'],
])('%s is a 400 that names the key', (text, param, said) => {
  expect.assertions(2);
  try {
    checkPassthrough(json(text), KEYS, { param: 'extra', seconds: 5 });
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid_request', status: 400, param });
    expect((error as GatewayError).message).toMatch(`${param}: ${said}`);
  }
});

test('where the provider drops what it does not know, a word that nobody knows is refused', () => {
  const check = (passthrough: Record<string, unknown>, keys: VendorKeys) => () => {
    checkPassthrough(passthrough, keys, { param: 'extra', seconds: 5 });
  };
  const closed: VendorKeys = { owned: [], checked: { scale: z.number() }, closed: true };
  expect(check({ scale: 1, camera: null }, closed)).not.toThrow();
  const dropped = 'is no word that callers of this model may use';
  expect(check({ scale: 1, camera: {} }, closed)).toThrow(
    `extra.camera: ${dropped}. Allowed: scale.`,
  );
  expect(check({ constructor: 1 }, { ...closed, checked: {} })).toThrow(
    new RegExp(`^extra.constructor: ${dropped}; there is none.$`),
  );
});

test('a model without words of its own takes everything', () => {
  expect(() => {
    checkPassthrough({ duration: 10 }, undefined, { param: 'extra', seconds: 5 });
  }).not.toThrow();
});

test('what the gateway says stands, and what it left out stays out', () => {
  const body = withVendorKeys(
    { model: 'ours', duration: undefined, ratio: '16:9' },
    json('{"model": "theirs", "duration": 10, "ratio": "1:1", "__proto__": {"x": 1}, "tools": []}'),
    KEYS,
  );
  expect(JSON.parse(JSON.stringify(body))).toEqual({ model: 'ours', ratio: '16:9', tools: [] });
});
