import { route } from '../../core/api/route';
import type { Api } from '../../core/api/dialect';
import { problemSchema, renderProblem } from '../kit/problem';
import { deliveriesSchema, noQuerySchema, nothingSchema } from './schema';
import { fromReports } from './translate';

/**
 * `/v1/jobs`: what a caller may see of its own jobs whatever API made them. Its messages and their tries are Reelay's
 * own affair, so they are in no other API's words. An id is read in any form.
 */
export const jobs: Api = {
  name: 'jobs',
  summary: 'What became of the callback messages of a job.',
  errorReply: problemSchema,
  // The others belong to no API, and what is wrong there is told as our own APIs tell it.
  prefixes: ['/v1/jobs', '/callbacks', '/inputs', '/openapi', '/errors'],
  renderError: renderProblem,
  routes: [
    route({
      method: 'GET',
      path: '/v1/jobs/:id/deliveries',
      summary: 'List the callback messages of a job',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: deliveriesSchema,
      async handle(gateway, { principal, params }) {
        const reports = await gateway.deliveries(principal, params['id'] ?? '');
        return { status: 200, body: fromReports(reports) };
      },
    }),
  ],
};
