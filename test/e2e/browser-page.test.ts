import type { Browser, Page } from 'playwright-core';
import { servePage, startBrowser, type ServedPage } from '../support/browser';
import { startTestGateway, until, type TestGateway } from '../support/gateway';
import { blocksOf, readPage } from '../support/page';

/**
 * A page of another origin, in a real browser, that has no key: it follows a video by the link of its events as
 * docs/events.md shows it, and plays the result by its link.
 */

/** The page's own parts; the script beside them is the documented one. */
const BODY = '<p id="said"></p><video id="player" muted></video>';
const [SCRIPT = ''] = blocksOf(readPage('docs/events.md'), 'js');
const MODEL = 'doubao-seedance-2-0-260128';

let gateway: TestGateway;
let browser: Browser;
let served: ServedPage[] = [];
beforeAll(async () => {
  served = [await servePage(BODY), await servePage(BODY)];
  gateway = await startTestGateway({
    corsOrigins: [served[0]?.origin ?? ''],
    channels: { one: { provider: 'ark', simulated: true, jobsAtOnce: 1 } },
    models: {
      'seedance-2.0': { channels: [{ channel: 'one', model: MODEL }], price: { perJob: '25' } },
    },
    waits: { eventRetryMs: 50 },
  });
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await gateway?.close();
  await Promise.all(served.map((page) => page.close()));
});

/** Makes a video that ends when it is told to, and returns the link to its events. */
async function create(name: string): Promise<string> {
  const prompt = `${name} [[sim seconds=120 fault=callback-missing video=shared]]`;
  const body = { model: 'seedance-2.0', prompt, seconds: '5', size: '1280x720' };
  const { headers } = await gateway.call('POST', '/v1/videos', { body });
  return /<([^>]+)>; rel="events"/.exec(headers.get('link') ?? '')?.[1] ?? '';
}

const jobs = (): string => `${gateway.simulator?.origin ?? ''}/_sim/jobs`;

/** Waits until the provider has a job, and returns its id there. */
const taken = (name: string): Promise<string> =>
  until(`${name} at the provider`, async () => {
    const { json } = await gateway.call('GET', `${jobs()}?contains=${name}`);
    return (json.jobs as { id: string }[])[0]?.id;
  });

/** Moves a simulated job to its end, ahead of the clock. */
async function end(name: string): Promise<void> {
  await gateway.call('POST', `${jobs()}/${await taken(name)}`, { body: { to: 'end' } });
}

/** Opens a page that runs the documented script with a link, and notes every text that its reader was shown. */
async function open({ origin }: ServedPage, link: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.evaluate(`
    window.shown = [];
    new MutationObserver(() => shown.push(said.textContent)).observe(said, { childList: true });
    window.link = ${JSON.stringify(link)};`);
  await page.addScriptTag({ content: SCRIPT });
  return page;
}

const isShown = (page: Page, text: string) =>
  page.waitForFunction(`shown.some((one) => one.startsWith(${JSON.stringify(text)}))`);

test('a page of a named origin without a key sees its video queued, made and done, plays it and seeks in it', async () => {
  const [named] = served as [ServedPage];
  await create('blocker');
  // Of two that ask for the one place at once either may have it.
  await taken('blocker');
  const link = await create('mine');
  const page = await open(named, link);
  const files: string[] = [];
  page.on('response', (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.endsWith('/content')) files.push(`${String(response.status())} ${pathname}`);
  });
  await isShown(page, 'queued');
  await end('blocker');
  await isShown(page, 'in_progress');
  await end('mine');
  await isShown(page, 'completed');
  const shown = await page.evaluate<string[]>('shown.map((text) => text.split(" ")[0])');
  expect([...new Set(shown)]).toEqual(['queued', 'in_progress', 'completed']);

  // The reader of a stream that is over comes back once, is told so (204) and comes no more.
  await page.waitForFunction('events.readyState === EventSource.CLOSED');

  await page.waitForFunction('player.currentTime > 0.5');
  const sought = await page.evaluate(`new Promise((resolve) => {
    player.pause();
    player.addEventListener('seeked', () => resolve(player.currentTime), { once: true });
    player.currentTime = 4;
  })`);
  expect(sought).toBe(4);
  expect(await page.evaluate('Math.round(player.duration)')).toBe(5);
  const [, id = ''] = /\/v1\/videos\/([^/]+)\/events/.exec(link) ?? [];
  expect([...new Set(files)]).toEqual([`206 /v1/videos/${id}/content`]);
  await page.close();
});

test('a page of another origin is told nothing by the same link', async () => {
  const [, stranger] = served as [ServedPage, ServedPage];
  const page = await open(stranger, await create('secret'));
  await page.waitForFunction('events.readyState === EventSource.CLOSED');
  expect(await page.evaluate('shown')).toEqual([]);
  await end('secret');
  await page.close();
});
