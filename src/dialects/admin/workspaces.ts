import { type Answer } from '../../core/api/answer';
import { type HttpRoute, type RouteInput } from '../../core/api/route';
import { invalid } from '../../core/errors';
import {
  balanceSchema,
  callbackSecretSchema,
  newWorkspaceReplySchema,
  topUpReplySchema,
  workspaceListSchema,
  workspaceSchema,
} from './reply';
import { adminRoute, idOf, reading, type AdminPart } from './route';
import {
  newWorkspaceSchema,
  noQuerySchema,
  pageQuerySchema,
  rotationSchema,
  topUpSchema,
  workspaceChangeSchema,
  type TopUpBody,
} from './schema';
import {
  fromBalance,
  fromCallbackSecret,
  fromList,
  fromTopUp,
  fromWorkspace,
  idempotencyOf,
  toRotation,
} from './translate';

const LIST = '/v1/admin/workspaces';
const ONE = `${LIST}/:id`;

export const workspaceRoutes: readonly HttpRoute[] = [
  adminRoute({
    method: 'POST',
    path: LIST,
    body: 'small-json',
    request: newWorkspaceSchema,
    query: noQuerySchema,
    reply: newWorkspaceReplySchema,
    handle: ({ admin }, input) =>
      admin.createWorkspace(input.body, {
        principal: input.principal,
        idempotency: idempotencyOf(input, `POST ${LIST}`),
        render: ({ workspace, callbackSecret }) => ({
          status: 201,
          body: { ...fromWorkspace(workspace), callback_secret: callbackSecret },
        }),
      }),
  }),
  reading({
    path: LIST,
    query: pageQuerySchema,
    reply: workspaceListSchema,
    read: async ({ admin }, { query }) => fromList(await admin.workspaces(query), fromWorkspace),
  }),
  reading({
    path: ONE,
    query: noQuerySchema,
    reply: workspaceSchema,
    read: async ({ admin }, input) => fromWorkspace(await admin.workspace(idOf(input))),
  }),
  adminRoute({
    method: 'PATCH',
    path: ONE,
    body: 'small-json',
    request: workspaceChangeSchema,
    query: noQuerySchema,
    reply: workspaceSchema,
    async handle({ admin }, input) {
      const { name, group, disabled: isDisabled } = input.body;
      const change = { name, group, isDisabled };
      const workspace = await admin.changeWorkspace(input.principal, idOf(input), change);
      return { status: 200, body: fromWorkspace(workspace) };
    },
  }),
  reading({
    path: `${ONE}/balance`,
    query: noQuerySchema,
    reply: balanceSchema,
    async read({ admin }, input) {
      const { id } = await admin.workspace(idOf(input));
      return fromBalance(id, await admin.balance(id));
    },
  }),
  adminRoute({
    method: 'POST',
    path: `${ONE}/top-ups`,
    body: 'small-json',
    request: topUpSchema,
    query: noQuerySchema,
    reply: topUpReplySchema,
    handle: topUp,
  }),
  adminRoute({
    method: 'POST',
    path: `${ONE}/callback-secrets`,
    body: 'small-json',
    request: rotationSchema,
    query: noQuerySchema,
    reply: callbackSecretSchema,
    handle: ({ admin }, input) =>
      admin.rotateCallbackSecret(idOf(input), toRotation(input.body), {
        principal: input.principal,
        idempotency: idempotencyOf(input, `POST ${ONE}/callback-secrets`),
        render: (made) => ({ status: 201, body: fromCallbackSecret(made) }),
      }),
  }),
];

/**
 * Books points. Without an idempotency key it is refused: a repeat that nobody can tell from a second top-up would be
 * money from nowhere.
 */
function topUp({ admin }: AdminPart, input: RouteInput<TopUpBody>): Promise<Answer> {
  const idempotency = idempotencyOf(input, `POST ${ONE}/top-ups`);
  if (!idempotency) throw invalid('Idempotency-Key', 'this header is required for a top-up');
  return admin.topUp(idOf(input), input.body.points, {
    principal: input.principal,
    idempotency,
    render: (made) => ({ status: 201, body: fromTopUp(made) }),
  });
}
