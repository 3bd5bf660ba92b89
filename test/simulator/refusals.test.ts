import { simulations } from '../../simulators';
import { startUpstream, type Upstream } from '../support/simulator';
import { vendorClient } from '../support/vendor-client';

/** What the simulator itself refuses, it refuses as the provider would: the adapter knows that no job was made. */

let upstream: Upstream;
beforeAll(async () => {
  upstream = await startUpstream();
});
afterAll(() => upstream.stop());

const START = Date.parse('2026-11-21T12:00:00Z');

describe.each(Object.keys(simulations))('%s', (vendor) => {
  const client = () => vendorClient(vendor, upstream, () => START);
  const REFUSED = { state: 'refused', scope: 'final', failure: { code: 'invalid_input' } };

  test.each([
    ['speed=9', 'there is no directive "speed"'],
    ['polls=0', 'polls takes a whole number from 1'],
    ['fault=unheard-of', 'fault takes 429 | fail | policy'],
    ['fault=fail on=poll', 'on goes with'],
    ['fault=no-status on=submit', 'no-status strikes what shows jobs: on=poll'],
  ])('refuses the mistyped directive %s as invalid input, and says why', async (typed, why) => {
    const reading = await client().readCreate(await client().create(`a cat [[sim ${typed}]]`));
    expect(reading).toMatchObject(REFUSED);
    expect(JSON.stringify(reading).replaceAll('\\"', '"')).toContain(why);
    expect(await upstream.counters()).toMatchObject({ jobs: 0 });
  });

  test('refuses a body past the simulator’s limit as invalid input', async () => {
    const body = new Uint8Array(64 * 1024 * 1024 + 1);
    const reply = await fetch(`${upstream.baseUrlOf(vendor)}/any`, { method: 'POST', body });
    expect(await client().readCreate(reply)).toMatchObject(REFUSED);
  });
});
