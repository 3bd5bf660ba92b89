import type { HttpRoute } from '../../core/api/route';
import { monthOf, statementAnswer, statementQuerySchema, statementSchema } from '../kit/statement';
import { adminRoute, idOf } from './route';
import { nothingSchema } from './schema';

export const statementRoutes: readonly HttpRoute[] = [
  adminRoute({
    method: 'GET',
    path: '/v1/admin/workspaces/:id/statements/:month',
    summary: 'Read the statement of a workspace for a month',
    body: 'none',
    request: nothingSchema,
    query: statementQuerySchema,
    reply: statementSchema,
    async handle({ admin, statement }, input) {
      const { id: workspaceId } = await admin.workspace(idOf(input));
      const read = await statement({ workspaceId }, monthOf(input.params));
      return statementAnswer(read, input.query);
    },
  }),
];
