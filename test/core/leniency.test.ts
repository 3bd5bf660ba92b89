import { narrow } from '../../src/core/catalog/narrow';
import { applyCapabilities } from '../../src/core/request/apply-capabilities';
import { applyAsWritten, applyLeniently } from '../../src/core/request/leniency';
import { checkOffered } from '../../src/core/request/offered';
import type { VideoRequest } from '../../src/core/request/request';
import { arkModels } from '../../src/providers/ark/models';

/** What passes through is priced as the provider will most likely read it; nothing in it is refused by us. */

const MODEL = arkModels['doubao-seedance-2-0-260128'];
if (!MODEL) throw new Error('the table has this model');
const BASE: VideoRequest = { model: 'm', prompt: 'a cat', inputs: [], passthrough: { x: 1 } };
const NEUTRAL = applyCapabilities(BASE, MODEL);

test('a request that the model honours is applied as everywhere', () => {
  const request = { ...BASE, seconds: 8, resolution: '1080p', aspectRatio: '9:16' };
  expect(applyLeniently(request, MODEL)).toEqual(applyCapabilities(request, MODEL));
});

test.each<[string, Partial<VideoRequest>]>([
  ['a length', { seconds: 99 }],
  ['a resolution', { resolution: '9k' }],
  ['a ratio', { aspectRatio: '1:7' }],
  ['a seed', { seed: 5 }],
  ['a tier', { serviceTier: 'flex' }],
  ['a camera', { cameraFixed: true }],
  ['an expiry', { expiresAfterSeconds: 1 }],
  ['an identifier', { safetyIdentifier: 'x'.repeat(100) }],
  ['inputs', { inputs: [{ role: 'last_frame', media: { asset: 'a' } }] }],
  [
    'everything at once',
    { seconds: 1.5, resolution: '', aspectRatio: 'x', seed: 1, serviceTier: 'y' },
  ],
])('%s that it does not honour counts as not given', (_, change) => {
  expect(applyLeniently({ ...BASE, ...change }, MODEL)).toEqual(NEUTRAL);
});

test('more inputs than the model is known to take, and of forms that we do not know, are all priced', () => {
  const media = { blob: 'b', mime: 'application/octet-stream' };
  const inputs = Array.from({ length: 40 }, () => ({ role: 'reference_image' as const, media }));
  const applied = applyLeniently({ ...BASE, inputs }, MODEL);
  expect([applied.mode, applied.inputs]).toEqual(['reference', inputs]);
});

test('one wrong field takes no right one with it', () => {
  const applied = applyLeniently(
    { ...BASE, seconds: 99, resolution: '480p', generateAudio: false },
    MODEL,
  );
  expect(applied).toMatchObject({ seconds: 5, resolution: '480p', generateAudio: false });
});

test('a prompt past the limit is cut', () => {
  const { prompt } = applyLeniently({ ...BASE, prompt: 'x'.repeat(50_000) }, MODEL);
  expect(prompt).toHaveLength(MODEL.promptLengthMax);
});

test('a length that a body leaves to its provider is not ours: what that makes of it counts', () => {
  const newest = arkModels['doubao-seedance-2-5-260628'];
  if (!newest) throw new Error('the table has this model');
  expect(applyLeniently(BASE, newest).seconds).toBe(-1);
  expect(applyLeniently({ ...BASE, seconds: 8 }, newest).seconds).toBe(8);
  expect(applyLeniently(BASE, MODEL).seconds).toBe(5);
  // Of a request in our own words every length is said.
  expect(applyCapabilities(BASE, newest).seconds).toBe(5);
});

test('where the lengths on offer are named, neither -1 nor a body that says none gets in', () => {
  const newest = arkModels['doubao-seedance-2-5-260628'];
  const offered = newest && narrow(newest, { seconds: { max: 30 } }).made;
  if (!newest || !offered) throw new Error('the table has this model');
  const names = { seconds: 'duration' };
  const check = (request: VideoRequest) => {
    checkOffered(applyAsWritten(request, newest, names), offered, names);
  };
  expect(() => applyCapabilities({ ...BASE, seconds: -1 }, offered)).toThrow('-1 is not offered');
  expect(() => check({ ...BASE, seconds: -1, passthrough: {} })).toThrow(
    'duration: -1 is not offered',
  );
  expect(() => check({ ...BASE, passthrough: {} })).toThrow('duration: -1 is not offered');
  expect(() => check({ ...BASE, seconds: 30, passthrough: {} })).not.toThrow();
});
