import { sampleRequest } from '../../src/commands/start/sample-request';
import type { RoutedModel } from '../../src/core/catalog/catalog';
import { applyCapabilities, lengthsOf } from '../../src/core/request/apply-capabilities';
import type { Capabilities } from '../../src/core/request/capabilities';
import { providers } from '../../src/providers';

/** The demo's own request is one that the model honours, whatever models an operator has. */

function modelOf(name: string, capabilities: Capabilities): RoutedModel {
  // Nothing else of a model is read.
  return { entry: { name }, routes: [{ capabilities }] } as unknown as RoutedModel;
}

const every = Object.values(providers).flatMap(({ models }) => Object.entries(models));
const [, some] = every[0] ?? [];
if (!some) throw new Error('there is no model');

const fromText = every.filter(([, { modes }]) => modes.text);
const [withoutText] = every.filter(([, { modes }]) => !modes.text);

test.each(fromText)('%s alone is asked for what it can do', (name, capabilities) => {
  const sample = sampleRequest([modelOf(name, capabilities)]);
  if (!sample) throw new Error('no sample');
  const { duration, resolution, aspect_ratio } = sample;
  const request = { model: name, prompt: 'a cat', inputs: [], passthrough: {}, resolution };
  expect(
    applyCapabilities({ ...request, seconds: duration, aspectRatio: aspect_ratio }, capabilities),
  ).toMatchObject({ seconds: duration, resolution, aspectRatio: aspect_ratio });
});

test('lengths between which there are gaps are not taken for a whole span', () => {
  const gaps = { ...some, seconds: { min: 4, max: 8, default: 6, values: [4, 6, 8] } };
  expect(lengthsOf(gaps.seconds)).not.toContain(5);
  expect(sampleRequest([modelOf('gaps', gaps)])).toMatchObject({ model: 'gaps', duration: 6 });
  const span = { ...some, seconds: { min: 4, max: 8, default: 6 } };
  expect(sampleRequest([modelOf('gaps', gaps), modelOf('span', span)])).toMatchObject({
    model: 'span',
    duration: 5,
  });
});

test('without a model that makes a video from text alone there is nothing to ask for', () => {
  expect(sampleRequest([])).toBeUndefined();
  if (!withoutText) throw new Error('every model takes text alone');
  expect(sampleRequest([modelOf(...withoutText)])).toBeUndefined();
});
