import { z } from 'zod';
import type { HttpRoute } from '../../core/api/route';
import type { ConfigStatus, ReloadedConfig } from '../../core/ports/gateway/config';
import { unixSeconds } from '../kit/parameters';
import { emptyBodySchema } from './operations-schema';
import { acting, reading } from './route';
import { noQuerySchema } from './schema';

const CONFIG = '/v1/admin/config';

const statusSchema = z.strictObject({
  object: z.literal('config'),
  version: z.string(),
  read_at: z.int(),
  is_current: z.boolean(),
  told: z.strictObject({ version: z.string(), at: z.int(), by: z.string() }).nullable(),
});

const reloadedSchema = z.strictObject({
  object: z.literal('config.reloaded'),
  version: z.string(),
  is_changed: z.boolean(),
  needs_restart: z.array(z.string()),
});

/** The config of the process that answers, and its reading again, which all processes hear of. */
export const configRoutes: readonly HttpRoute[] = [
  reading({
    path: CONFIG,
    summary: 'Read which config the processes have',
    query: noQuerySchema,
    reply: statusSchema,
    read: async ({ admin }) => fromStatus(await admin.config()),
  }),
  acting({
    path: `${CONFIG}/reload`,
    summary: 'Let every process read the config again',
    request: emptyBodySchema,
    reply: reloadedSchema,
    act: async ({ admin }) => fromReloaded(await admin.reloadConfig()),
  }),
];

const fromStatus = ({
  version,
  readAt,
  isCurrent,
  told,
}: ConfigStatus): z.infer<typeof statusSchema> => ({
  object: 'config',
  version,
  read_at: unixSeconds(readAt),
  is_current: isCurrent,
  told: told ? { version: told.version, at: unixSeconds(told.toldAt), by: told.toldBy } : null,
});

const fromReloaded = ({
  version,
  isChanged,
  needsRestart,
}: ReloadedConfig): z.infer<typeof reloadedSchema> => ({
  object: 'config.reloaded',
  version,
  is_changed: isChanged,
  needs_restart: [...needsRestart],
});
