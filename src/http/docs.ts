import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Express, Response } from 'express';
import type { Api } from '../core/api/dialect';
import { GatewayError } from '../core/errors';
import { refuseOtherMethods } from './methods';

/** The folders with the files of the page: beside this file in a build, and in the build for code that runs from its source. */
const FOLDERS = ['docs', '../../dist/src/http/docs'].map((folder) => join(__dirname, folder));
const ASSETS = ['page.css', 'page.js', 'redoc.js'];
/** Long enough for a reader's visit, short enough that a deploy shows. */
const ASSET_LIFETIME_MS = 3_600_000;

/**
 * Scripts come from our origin and none stands in the page. Redoc writes its styles into the page (styled-components), so
 * inline styles are allowed; its search runs in a worker that it makes of its own text.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Mounts `GET /docs`, a page that shows the OpenAPI document of all APIs, and `GET /docs/{api}`, that of one. Whatever it
 * loads is served here too. It tells nothing of this installation, so no key is asked for.
 */
export function mountDocs(app: Express, apis: readonly Pick<Api, 'name'>[]): void {
  const names = apis.map(({ name }) => name);
  const pages = createPages(names);
  app.get('/docs', (_request, response) => {
    sendPage(response, pages());
  });
  app.get('/docs/assets/:file', (request, response, next) => {
    Object.assign(response.locals, { api: 'docs' });
    const path = assetPath(request.params.file);
    // What the app says of every answer would stand: a header that is there is not written over.
    response.removeHeader('Cache-Control');
    response.sendFile(path, { maxAge: ASSET_LIFETIME_MS }, next);
  });
  app.get('/docs/:api', (request, response) => {
    const { api } = request.params;
    if (!names.includes(api)) {
      const message = `There is no such page. There are: ${names.join(', ')}.`;
      throw new GatewayError('not_found', { message });
    }
    sendPage(response, pages(api));
  });
  refuseOtherMethods(app, ['/docs', '/docs/:api', '/docs/assets/:file'], ['GET']);
}

function sendPage(response: Response, page: string): void {
  Object.assign(response.locals, { api: 'docs' });
  response.setHeader('Content-Security-Policy', POLICY);
  response.type('html').end(page);
}

/** Returns what writes a page when it is first asked for and keeps it; one page for each API, one for all. */
function createPages(names: readonly string[]): (api?: string) => string {
  const pages = new Map<string | undefined, string>();
  return (api) => {
    const page = pages.get(api) ?? pageOf(names, api);
    pages.set(api, page);
    return page;
  };
}

/** Writes the page. Names of APIs are words of ours, so they need no escaping. */
function pageOf(names: readonly string[], api?: string): string {
  const link = (path: string, text: string, isCurrent: boolean): string =>
    `<a href="${path}"${isCurrent ? ' aria-current="page"' : ''}>${text}</a>`;
  const links = [
    link('/docs', 'all', api === undefined),
    ...names.map((name) => link(`/docs/${name}`, name, name === api)),
  ];
  const words: Record<string, string> = {
    title: api ?? 'all APIs',
    links: links.join(''),
    document: api === undefined ? '/openapi.json' : `/openapi/${api}.json`,
  };
  const page = readFileSync(fileOf('page.html'), 'utf8');
  return page.replaceAll(/\{\{(\w+)\}\}/g, (_, word: string) => words[word] ?? '');
}

function assetPath(file: string): string {
  if (ASSETS.includes(file)) return fileOf(file);
  throw new GatewayError('not_found', { message: 'There is no such file.' });
}

function fileOf(name: string): string {
  const path = FOLDERS.map((folder) => join(folder, name)).find((one) => existsSync(one));
  if (path === undefined)
    throw new Error(`${name} of the docs page is missing; run: npm run build`);
  return path;
}
