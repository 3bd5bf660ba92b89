import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS, GatewayError, type ErrorCode } from '../src/core/errors';
import type { Dialect } from '../src/core/api/dialect';
import { unifiedVideo } from '../src/dialects/unified-video';
import { videoGenerations } from '../src/dialects/video-generations';
import { codeIn, readPage, ROOT, rowsOf } from './support/page';

/**
 * The pages of the APIs of hosted services have every route, every state and every error that these have, and no other.
 * The exchanges in an API's `wire` folder are what it does.
 */

interface Exchange {
  file: string;
  call: { method: string; path: string };
  reply: { status: number; body: Record<string, unknown> };
}

const PAGES: readonly [api: string, dialect: Dialect][] = [
  ['video-generations', videoGenerations],
  ['unified-video', unifiedVideo],
];

function exchangesOf(api: string): Exchange[] {
  const folder = join(ROOT, 'src/dialects', api, 'wire');
  return readdirSync(folder).flatMap((file) => {
    // Each was sent and compared by the contract of the dialects, which holds its shape.
    const read = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Partial<Exchange>;
    const { call, reply } = read;
    return call && reply ? [{ file, call, reply }] : [];
  });
}

const pageOf = (api: string): string => readPage(`docs/${api}.md`);
const unique = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

test.each(PAGES)('the page of %s has its routes, and no other', (api, { routes }) => {
  const named = rowsOf(pageOf(api), 'Routes').flatMap((row) => codeIn(row[0]));
  const known = routes.map(({ method, path }) => `${method} ${path.replace(/:(\w+)/, '{$1}')}`);
  expect(named.sort()).toEqual(known.sort());
});

/** `400 invalid_size`; the code is that of the body, or of the error in it, and empty for a path that there is not. */
function errorOf({ status, body }: Exchange['reply']): string {
  const { code, error } = body;
  const inner = typeof error === 'object' && error !== null && 'code' in error ? error.code : code;
  return `${String(status)} ${String(inner)}`;
}

const errorsOf = (api: string): string[] =>
  exchangesOf(api)
    .filter(({ file }) => file.startsWith('error-'))
    .map(({ reply }) => errorOf(reply));

const errorsOfPage = (api: string): string[] =>
  rowsOf(pageOf(api), 'Errors').map(([status = '', code]) => `${status} ${codeIn(code)[0] ?? ''}`);

/** A path that there is not has no code where the API copies another's; the page says it in words. */
const OF_NO_PATH = '404 ';

test.each(PAGES)('the page of %s has every error of its exchanges', (api) => {
  const seen = errorsOf(api);
  expect(seen.length).toBeGreaterThan(10);
  const rows = new Set([...errorsOfPage(api), OF_NO_PATH]);
  expect(unique(seen).filter((error) => !rows.has(error))).toEqual([]);
});

test.each(PAGES)('the page of %s has no error that it cannot answer', (api, { renderError }) => {
  const rendered = Object.keys(ERRORS).map((code) => {
    // Sound because the keys of the table are the codes, and every API answers an error in JSON.
    const { status, body } = renderError(new GatewayError(code as ErrorCode), 'a-request');
    return errorOf({ status, body: body as Exchange['reply']['body'] });
  });
  const known = new Set([...rendered, ...errorsOf(api)]);
  expect(errorsOfPage(api).filter((error) => !known.has(error))).toEqual([]);
});

const statesOfPage = (api: string): string[][] =>
  rowsOf(pageOf(api), 'States').map((row) => row.slice(1).map((cell) => codeIn(cell)[0] ?? ''));

test('the page of video-generations has the states that its two reads show of a task, and no other', () => {
  const read = exchangesOf('video-generations').filter(({ file }) => /^(?:get|query)-/.test(file));
  const rows = statesOfPage('video-generations');
  const pairs = read.flatMap(({ reply: { body } }) => {
    const { data } = body as { data?: { status: string } | null };
    return data ? [`${String(body['status'])} ${data.status}`] : [];
  });
  expect(unique(pairs)).toEqual(unique(rows.map(([flat, row]) => `${flat ?? ''} ${row ?? ''}`)));
  const older = read
    .filter(({ call }) => call.path.startsWith('/v1/video/query'))
    .map(({ reply }) => String(reply.body['status']));
  expect(unique(older)).toEqual(unique(rows.map((row) => row[2] ?? '')));
});

test('the page of unified-video has the states that its status shows of a task, and no other', () => {
  const read = exchangesOf('unified-video').filter(({ file }) => file.startsWith('status-'));
  const pairs = read.map(
    ({ reply: { body } }) => `${String(body['status'])} ${String(body['success'])}`,
  );
  expect(unique(pairs)).toEqual(unique(statesOfPage('unified-video').map((row) => row.join(' '))));
});
