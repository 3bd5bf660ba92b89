import type { NewSecret } from '../../core/operator/admin';
import type { Answer } from '../../core/api/answer';
import type { HttpRoute } from '../../core/api/route';
import { keyListSchema, keySchema, newKeyReplySchema } from './reply';
import { adminRoute, idOf, reading } from './route';
import {
  keyChangeSchema,
  newKeySchema,
  noQuerySchema,
  nothingSchema,
  pageQuerySchema,
  rotationSchema,
} from './schema';
import {
  fromKey,
  fromList,
  idempotencyOf,
  toKeyChange,
  toKeySettings,
  toRotation,
} from './translate';

const LIST = '/v1/admin/workspaces/:id/keys';
const ONE = '/v1/admin/keys/:id';

export const keyRoutes: readonly HttpRoute[] = [
  adminRoute({
    method: 'POST',
    path: LIST,
    summary: 'Make a key for a workspace',
    body: 'small-json',
    request: newKeySchema,
    query: noQuerySchema,
    reply: newKeyReplySchema,
    handle: ({ admin }, input) =>
      admin.createKey(idOf(input), toKeySettings(input.body), {
        principal: input.principal,
        idempotency: idempotencyOf(input, `POST ${LIST}`),
        render: (made) => shown(201, made),
      }),
  }),
  reading({
    path: LIST,
    summary: 'List the keys of a workspace',
    query: pageQuerySchema,
    reply: keyListSchema,
    read: async ({ admin }, input) => fromList(await admin.keys(idOf(input), input.query), fromKey),
  }),
  reading({
    path: ONE,
    summary: 'Read a key',
    query: noQuerySchema,
    reply: keySchema,
    read: async ({ admin }, input) => fromKey(await admin.key(idOf(input))),
  }),
  adminRoute({
    method: 'PATCH',
    path: ONE,
    summary: 'Change a key',
    body: 'small-json',
    request: keyChangeSchema,
    query: noQuerySchema,
    reply: keySchema,
    async handle({ admin }, input) {
      const key = await admin.changeKey(input.principal, idOf(input), toKeyChange(input.body));
      return { status: 200, body: fromKey(key) };
    },
  }),
  adminRoute({
    method: 'DELETE',
    path: ONE,
    summary: 'Revoke a key',
    body: 'none',
    request: nothingSchema,
    query: noQuerySchema,
    reply: keySchema,
    handle: async ({ admin }, input) => ({
      status: 200,
      body: fromKey(await admin.revokeKey(input.principal, idOf(input))),
    }),
  }),
  adminRoute({
    method: 'POST',
    path: `${ONE}/rotate`,
    summary: 'Make a new secret for a key',
    body: 'small-json',
    request: rotationSchema,
    query: noQuerySchema,
    reply: newKeyReplySchema,
    handle: ({ admin }, input) =>
      admin.rotateKey(idOf(input), toRotation(input.body), {
        principal: input.principal,
        idempotency: idempotencyOf(input, `POST ${ONE}/rotate`),
        render: (made) => shown(200, made),
      }),
  }),
];

const shown = (status: number, { key, secret }: NewSecret): Answer => ({
  status,
  body: { ...fromKey(key), secret },
});
