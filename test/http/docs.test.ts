import type { Browser, Page } from 'playwright-core';
import { apis } from '../../src/dialects';
import { startBrowser } from '../support/browser';
import { messagesOf, operationsOf } from '../support/openapi/operations';
import { startTestApp, type TestApp } from './test-app';

/** The page of the documentation as a reader's browser shows it, and the text for language models. */

const NAMES = Object.keys(apis);
const OPERATIONS = operationsOf();

let app: TestApp;
let browser: Browser;
beforeAll(async () => {
  app = await startTestApp();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

interface Visit {
  page: Page;
  /** What the console called an error or a warning, and what was thrown. */
  wrong: string[];
  /** What was asked of any origin but ours; a page's own text (`data:`, `blob:`) is of no origin. */
  foreign: string[];
}

async function visit(path: string): Promise<Visit> {
  const page = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
  const wrong: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(message.text());
  });
  page.on('pageerror', (error) => wrong.push(error.message));
  page.on('request', (request) => {
    const { origin } = new URL(request.url());
    if (origin !== app.origin && !/^(data|blob):/.test(request.url())) foreign.push(request.url());
  });
  await page.goto(`${app.origin}${path}`);
  await page.waitForSelector('#reference h1');
  return { page, wrong, foreign };
}

const shownOperations = (page: Page): Promise<string[]> =>
  page
    .locator('[id^="tag/"][data-section-id*="operation/"]')
    .evaluateAll((sections) => sections.map((one) => one.id.split('operation/')[1] ?? ''));

test.each(['', ...NAMES])(
  'the docs page "%s" shows every operation in a browser, which hears of no error and asks nobody else',
  async (name) => {
    const { page, wrong, foreign } = await visit(name === '' ? '/docs' : `/docs/${name}`);
    const expected = [...OPERATIONS, ...messagesOf()].filter(
      ({ api }) => name === '' || api === name,
    );
    expect((await shownOperations(page)).sort()).toEqual(
      expected.map(({ operationId }) => operationId).sort(),
    );
    expect({ wrong, foreign }).toEqual({ wrong: [], foreign: [] });
    expect(await page.locator('nav a[aria-current]').innerText()).toBe(name === '' ? 'all' : name);
    await page.close();
  },
);

test('its first operation makes a video, and what is told by callbacks comes last', async () => {
  const { page } = await visit('/docs/videos');
  const shown = await shownOperations(page);
  expect([shown[0], shown.at(-1)]).toEqual(['postV1Videos', 'tellVideosCallback']);
  await page.close();
});

test('its introduction leads to pages that are there', async () => {
  const { page } = await visit('/docs');
  const links = await page
    .locator('.api-info a')
    .evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
  expect(links).toContain('/docs#tag/callbacks');
  for (const link of links.filter((one) => one.startsWith('/'))) {
    const [path = '', anchor] = link.split('#');
    expect([link, (await fetch(`${app.origin}${path}`)).status]).toEqual([link, 200]);
    if (anchor) expect([link, await page.locator(`[id="${anchor}"]`).count()]).toEqual([link, 1]);
  }
  await page.close();
});

test('a browser keeps its script for an hour; the page itself is read anew', async () => {
  const kept = async (path: string) =>
    (await fetch(`${app.origin}${path}`)).headers.get('cache-control');
  expect(await kept('/docs/assets/redoc.js')).toBe('public, max-age=3600');
  expect(await kept('/docs')).toBe('no-store');
  expect(await kept('/docs/assets/nothing.js')).toBe('no-store');
});

test('its search finds an operation, in a worker of its own', async () => {
  const { page, wrong } = await visit('/docs');
  await page.getByPlaceholder('Search').fill('remix');
  await page.waitForSelector('[data-role="search:results"] li');
  expect(wrong).toEqual([]);
  await page.close();
});

test('its policy lets no script stand in the page, and nothing come from another origin', async () => {
  const { headers } = await fetch(`${app.origin}/docs`);
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).not.toMatch(/https?:|unsafe-eval|\*/);
  const { page } = await visit('/docs/ula');
  const ran = await page.evaluate(`
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    'ran' in window`);
  expect(ran).toBe(false);
  await page.close();
});

test.each([
  '/docs/nothing',
  '/docs/assets/nothing.js',
  '/docs/assets/page.html',
  '/docs/assets/..%2f..%2fopenapi.json',
])('%s is a 404', async (path) => {
  expect((await fetch(`${app.origin}${path}`)).status).toBe(404);
});

test('llms.txt has the form of llmstxt.org, names every API, and each of its links leads to a 200', async () => {
  const answer = await fetch(`${app.origin}/llms.txt`);
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  const text = await answer.text();
  expect(text).toMatch(/^# Reelay\n\n> .+\n\n/);
  const items = text
    .split(/^## /m)
    .slice(1)
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('-'));
  const links = items.map((line) => /^- \[[^\]]+\]\((\/[^)]+)\): .+\.$/.exec(line)?.[1] ?? line);
  for (const [name, { summary }] of Object.entries(apis)) {
    expect(items).toContain(`- [${name}](/openapi/${name}.json): ${summary}`);
  }
  const statuses = await Promise.all(
    links.map(async (link) => [link, (await fetch(`${app.origin}${link}`)).status]),
  );
  expect(statuses).toEqual(links.map((link) => [link, 200]));
});

test('every path that llms.txt tells to call is one of the document', async () => {
  const text = await (await fetch(`${app.origin}/llms.txt`)).text();
  const told = [...text.matchAll(/`(GET|POST) (\/v1[^`]*)`/g)].map(
    ([, method, path]) => `${method} ${path}`,
  );
  expect(told.length).toBeGreaterThan(3);
  expect(OPERATIONS.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining(told),
  );
});

test('the front names where all else is', async () => {
  const body = (await (await fetch(app.origin)).json()) as Record<string, string>;
  const { name, ...paths } = body;
  expect(name).toBe('Reelay');
  for (const path of Object.values(paths)) {
    expect([path, (await fetch(`${app.origin}${path}`)).status]).toEqual([path, 200]);
  }
});

test.each<[accept: string, status: number, location: string | null]>([
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 303, '/docs'],
  ['*/*', 200, null],
  ['application/json', 200, null],
])(
  'the front shows the documentation to who prefers a page: %s',
  async (accept, status, location) => {
    const answer = await fetch(app.origin, { headers: { accept }, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([status, location]);
    expect(answer.headers.get('vary')).toContain('Accept');
  },
);
