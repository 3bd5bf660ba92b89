import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { alertsSchema } from './alerts-schema';
import { corsOriginsSchema } from './cors-schema';
import { channelsSchema } from './channel-schema';
import { groupsSchema } from './group-schema';
import { modelsSchema } from './model-schema';
import { moneySchema } from './price-schema';
import { limitsSchema, retentionSchema, waitsSchema } from './settings-schema';

/** What reelay.config.json and the default catalog hold together. */
export const fileSchema = fields({
  $schema: z.string().optional().describe('Where an editor finds the schema of this file.'),
  channels: channelsSchema,
  models: modelsSchema,
  groups: groupsSchema.default({}),
  money: moneySchema.prefault({}),
  alerts: alertsSchema.optional(),
  waits: waitsSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  trustProxy: z
    .union([z.int().positive(), z.string().min(1)])
    .optional()
    .describe(
      'The proxies before this gateway: how many, or their addresses as Express\'s "trust proxy" takes them.',
    ),
  corsOrigins: corsOriginsSchema,
});

export type FileConfig = z.infer<typeof fileSchema>;
/** What commands and tests say beside a file. */
export type FileConfigInput = Partial<z.input<typeof fileSchema>>;
export type ChannelConfig = FileConfig['channels'][string];
