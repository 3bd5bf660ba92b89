import { ratesFor } from '../../src/core/money/tariff';
import { providers } from '../../src/providers';
import { LIVING_MODELS, PRICED_MODELS } from '../support/living-models';
import { offeredRequests } from '../support/offered-requests';

/** What a vendor charges is told for whatever its models offer, with where and when that was read. */

test.each(PRICED_MODELS)('$model has a price with its page, its day and how sure it is', (one) => {
  const listed = one.provider.prices?.models[one.model];
  expect(listed).toMatchObject({
    currency: expect.stringMatching(/^[A-Z]{3}$/) as string,
    source: expect.stringMatching(/^https:\/\/\S+$/) as string,
    read: expect.stringMatching(/^202\d-[01]\d-[0-3]\d$/) as string,
    certainty: expect.stringMatching(/^(vendor|second_hand|guess)$/) as string,
  });
});

test('only what others run has no list price', () => {
  const unpriced = LIVING_MODELS.filter((one) => !PRICED_MODELS.includes(one));
  expect(unpriced.map(({ model }) => model)).toEqual(['self-hosted', 'reelay']);
});

test('no price is of a model that the provider has not, or serves no longer', () => {
  const known = new Set(LIVING_MODELS.map(({ model }) => model));
  const priced = Object.values(providers).flatMap(({ prices }) =>
    Object.keys(prices?.models ?? {}),
  );
  expect(priced.filter((model) => !known.has(model))).toEqual([]);
});

test.each(PRICED_MODELS)('every video that $model offers has its rates', (one) => {
  const { prices } = one.provider;
  const rows = prices?.models[one.model]?.rows ?? [];
  const videos = offeredRequests(one.model, one.capabilities);
  expect(videos.length).toBeGreaterThan(2);
  expect(videos.filter(({ video }) => !ratesFor(rows, video)).map(({ name }) => name)).toEqual([]);
  const uncounted = videos.filter(
    ({ video }) =>
      ratesFor(rows, video)?.perMillionTokens !== undefined &&
      !(Number(prices?.tokensOf?.(one.model, video, 0)) > 0),
  );
  expect(uncounted.map(({ name }) => name)).toEqual([]);
});

test.each(PRICED_MODELS)('no row of $model is for a video that it does not offer', (one) => {
  const rows = one.provider.prices?.models[one.model]?.rows ?? [];
  const videos = offeredRequests(one.model, one.capabilities);
  const used = new Set(videos.map(({ video }) => ratesFor(rows, video)));
  expect(rows.filter(({ rates }) => !used.has(rates))).toEqual([]);
});
