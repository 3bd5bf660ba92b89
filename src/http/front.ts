import type { Express } from 'express';
import type { Api } from '../core/api/dialect';
import { refuseOtherMethods } from './methods';

type Named = Pick<Api, 'name' | 'summary'>;

/**
 * Mounts what says to a newcomer where all else is: `GET /` to a program, and to a browser by leading on to the page of the
 * documentation; `GET /llms.txt` to a language model (llmstxt.org). It tells nothing of this installation, so no key is
 * asked for.
 */
export function mountFront(app: Express, apis: readonly Named[]): void {
  app.get('/', (request, response) => {
    Object.assign(response.locals, { api: 'front' });
    response.vary('Accept');
    // A client that takes anything gets JSON; a browser says that it would rather have a page.
    if (request.accepts(['json', 'html']) === 'html') {
      response.redirect(303, '/docs');
      return;
    }
    response.json({
      name: 'Reelay',
      docs: '/docs',
      openapi: '/openapi.json',
      llms: '/llms.txt',
      errors: '/errors',
    });
  });
  app.get('/llms.txt', (_request, response) => {
    Object.assign(response.locals, { api: 'front' });
    response.type('text/plain').end(llmsText(apis));
  });
  refuseOtherMethods(app, ['/', '/llms.txt'], ['GET']);
}

/** Returns Markdown in the form of llmstxt.org: a heading, a quote, prose, then lists of links with a sentence each. */
function llmsText(apis: readonly Named[]): string {
  const documents = apis.map(
    ({ name, summary }) => `- [${name}](/openapi/${name}.json): ${summary}`,
  );
  return `# Reelay

> A self-hosted, durable gateway for AI video generation: one request is one video, submitted to a provider at most once, billed exactly once, and told by a signed callback.

Every path of an API asks for a key, as \`Authorization: Bearer <key>\` or \`X-API-Key: <key>\`; a 401 means that it is missing or unknown, a 403 that it lacks the scope that the document names.
To make a video: \`POST /v1/videos\` with \`model\`, \`prompt\`, and an \`Idempotency-Key\` so that a repeated request makes no second one; ask \`GET /v1/videos/{id}\` until \`status\` is \`completed\` or \`failed\`; fetch \`GET /v1/videos/{id}/content\`.
\`GET /v1/videos/models\` lists the models with what each takes, and \`POST /v1/videos/quote\` says what a video would cost.
Errors name the field and the allowed values; their \`code\` has a page at \`/errors/{code}\`.

## OpenAPI documents

- [everything](/openapi.json): All APIs in one OpenAPI 3.1 document.
${documents.join('\n')}

## Pages

- [reference](/docs): The same documents for people, with schemas, examples and errors of each operation.
- [errors](/errors): Every error code with its status, and whether the same request may succeed later.
`;
}
