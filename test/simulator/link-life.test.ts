import { simulations } from '../../simulators';
import type { Operation } from '../../src/core/job/outcome';
import { startUpstream, type Upstream } from '../support/simulator';
import { vendorClient, type VendorClient } from '../support/vendor-client';

/** A link to a result dies when its vendor's page says so, by the simulator's clock, and not a moment before or after. */

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** Seconds, and whether a look brings a new link; nothing where no page tells of an end. */
const LIVES: Readonly<Record<string, { seconds: number; isRenewed: boolean } | undefined>> = {
  ark: { seconds: DAY, isRenewed: false },
  fal: undefined,
  google: { seconds: 2 * DAY, isRenewed: false },
  kling: { seconds: 30 * DAY, isRenewed: false },
  minimax: { seconds: HOUR, isRenewed: true },
  openai: undefined,
  replicate: { seconds: HOUR, isRenewed: false },
  runway: { seconds: DAY, isRenewed: true },
};
const VENDORS = Object.keys(simulations);
const YEAR = 365 * DAY;

let upstream: Upstream;
let clock = Date.parse('2026-11-21T12:00:00Z');
beforeAll(async () => {
  upstream = await startUpstream({ now: () => clock });
});
afterAll(() => upstream.stop());

test('the table has a row for every vendor', () => {
  expect(VENDORS.filter((vendor) => !(vendor in LIVES))).toEqual([]);
});

async function linkOf(client: VendorClient, operation: Operation): Promise<string> {
  const { reading } = await client.read(operation);
  const { verdict } = reading.kind === 'verdict' ? reading : {};
  const [output] = verdict?.state === 'succeeded' ? verdict.outputs : [];
  if (!output) throw new Error(`no link: ${JSON.stringify(reading)}`);
  return output.url;
}

test.each(VENDORS)('%s', async (vendor) => {
  const client = vendorClient(vendor, upstream, () => clock);
  const operation = await client.submit('a cat [[sim seconds=1 video=shared]]');
  const isThere = async (url: string): Promise<boolean> => {
    const response = await client.file(url);
    await response.arrayBuffer();
    return response.ok;
  };
  // The moment of the end is that of this look.
  clock += 1_000;
  const link = await linkOf(client, operation);
  const life = LIVES[vendor];
  clock += (life?.seconds ?? YEAR) * 1_000;
  const atTheLast = await isThere(link);
  clock += 1;
  const after = await isThere(link);
  expect({ atTheLast, after }).toEqual({ atTheLast: true, after: life === undefined });
  if (life?.isRenewed) expect(await isThere(await linkOf(client, operation))).toBe(true);
});
