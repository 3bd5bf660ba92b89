import { route } from '../../core/api/route';
import type { Api } from '../../core/api/dialect';
import { noQuerySchema, nothingSchema } from '../../core/json/fields';
import { problemSchema, renderProblem } from '../kit/problem';
import { monthOf, statementAnswer, statementQuerySchema, statementSchema } from '../kit/statement';
import { balanceSchema } from './schema';
import { fromBalance } from './translate';

/** What a workspace has and had: its balance now, and a statement of each month. */
export const account: Api = {
  name: 'account',
  summary: 'The points and the statements of the own workspace.',
  errorReply: problemSchema,
  prefixes: ['/v1/balance', '/v1/statements'],
  renderError: renderProblem,
  routes: [
    route({
      method: 'GET',
      path: '/v1/balance',
      summary: 'Read the points of the own workspace',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: noQuerySchema,
      reply: balanceSchema,
      handle: async (gateway, { principal }) => ({
        status: 200,
        body: fromBalance(await gateway.balance(principal)),
      }),
    }),
    route({
      method: 'GET',
      path: '/v1/statements/:month',
      summary: 'Read the statement of the own workspace for a month',
      body: 'none',
      scope: 'read',
      request: nothingSchema,
      query: statementQuerySchema,
      reply: statementSchema,
      handle: async (gateway, { principal, params, query }) =>
        statementAnswer(await gateway.statement(principal, monthOf(params)), query),
    }),
  ],
};
