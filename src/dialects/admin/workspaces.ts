import type { HttpRoute } from '../../core/api/route';
import {
  callbackSecretSchema,
  newWorkspaceReplySchema,
  workspaceListSchema,
  workspaceSchema,
} from './reply';
import { adminRoute, idOf, reading } from './route';
import {
  newWorkspaceSchema,
  noQuerySchema,
  pageQuerySchema,
  rotationSchema,
  workspaceChangeSchema,
} from './schema';
import {
  fromCallbackSecret,
  fromList,
  fromWorkspace,
  idempotencyOf,
  toRotation,
  toWorkspaceChange,
} from './translate';

const LIST = '/v1/admin/workspaces';
const ONE = `${LIST}/:id`;

export const workspaceRoutes: readonly HttpRoute[] = [
  adminRoute({
    method: 'POST',
    path: LIST,
    summary: 'Make a workspace',
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
    summary: 'List workspaces',
    query: pageQuerySchema,
    reply: workspaceListSchema,
    read: async ({ admin }, { query }) => fromList(await admin.workspaces(query), fromWorkspace),
  }),
  reading({
    path: ONE,
    summary: 'Read a workspace',
    query: noQuerySchema,
    reply: workspaceSchema,
    read: async ({ admin }, input) => fromWorkspace(await admin.workspace(idOf(input))),
  }),
  adminRoute({
    method: 'PATCH',
    path: ONE,
    summary: 'Change a workspace',
    body: 'small-json',
    request: workspaceChangeSchema,
    query: noQuerySchema,
    reply: workspaceSchema,
    async handle({ admin }, input) {
      const change = toWorkspaceChange(input.body);
      const workspace = await admin.changeWorkspace(input.principal, idOf(input), change);
      return { status: 200, body: fromWorkspace(workspace) };
    },
  }),
  adminRoute({
    method: 'POST',
    path: `${ONE}/callback-secrets`,
    summary: 'Make a new secret for the callbacks of a workspace',
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
