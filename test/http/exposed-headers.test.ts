import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialects } from '../../src/dialects';
import { useTestApp } from './test-app';

/** A page of another origin reads what every answer says, not its body alone. */

const ORIGIN = 'https://page.example';
const app = useTestApp({ corsOrigins: [ORIGIN] });

/** What any page may read (Fetch, "CORS-safelisted response-header name"). */
const SAFE = ['cache-control', 'content-language', 'content-length', 'content-type', 'expires'];
const ALSO_SAFE = ['last-modified', 'pragma'];
/** What is said to the browser and to proxies, and tells a page nothing. */
const FOR_OTHERS = ['x-content-type-options', 'x-accel-buffering'];

/** Every header that a recorded answer of an API is known to have. */
function headersOf(name: string): string[] {
  const folder = join(__dirname, '../../src/dialects', name, 'wire');
  return readdirSync(folder).flatMap((file) => {
    const { reply } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      reply?: { headers?: Record<string, string | null> };
    };
    return Object.entries(reply?.headers ?? {}).flatMap(([header, value]) =>
      value === null ? [] : [header.toLowerCase()],
    );
  });
}

test.each(Object.keys(dialects))('a page may read every header of %s', async (name) => {
  const response = await app.send('/v1/models', { headers: { origin: ORIGIN } });
  const exposed = (response.headers.get('access-control-expose-headers') ?? '').toLowerCase();
  const readable = new Set([
    ...exposed.split(',').map((one) => one.trim()),
    ...SAFE,
    ...ALSO_SAFE,
    ...FOR_OTHERS,
  ]);
  expect(headersOf(name).filter((header) => !readable.has(header))).toEqual([]);
});

test('a page may read every header that the document tells', async () => {
  const response = await app.send('/v1/models', { headers: { origin: ORIGIN } });
  const exposed = (response.headers.get('access-control-expose-headers') ?? '').toLowerCase();
  const { components } = JSON.parse(
    readFileSync(join(__dirname, '../../src/http/openapi.json'), 'utf8'),
  ) as { components: { headers: Record<string, unknown> } };
  const told = Object.keys(components.headers).map((name) => name.toLowerCase());
  expect(told.length).toBeGreaterThan(10);
  expect(told.filter((name) => !exposed.split(',').includes(name))).toEqual([]);
});

test('a page may read when to ask again, where the events are and what was waited for', async () => {
  const response = await app.send('/v1/models', { headers: { origin: ORIGIN } });
  const exposed = response.headers.get('access-control-expose-headers')?.toLowerCase().split(',');
  expect(exposed).toEqual(
    expect.arrayContaining(['link', 'openai-poll-after-ms', 'preference-applied', 'retry-after']),
  );
});
