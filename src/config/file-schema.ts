import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { DEFAULT_CATALOG } from '../default-catalog';
import { channelsSchema, groupsSchema, modelsSchema } from './catalog-schema';
import { limitsSchema, retentionSchema, waitsSchema } from './settings-schema';

/** What reelay.config.json holds. */
export const fileSchema = fields({
  channels: channelsSchema.default(DEFAULT_CATALOG.channels),
  models: modelsSchema.default(DEFAULT_CATALOG.models),
  groups: groupsSchema.default({}),
  waits: waitsSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  /** The proxies before this gateway: how many, or their addresses as Express's "trust proxy" takes them. */
  trustProxy: z.union([z.int().positive(), z.string().min(1)]).optional(),
});

export type FileConfig = z.infer<typeof fileSchema>;
export type FileConfigInput = z.input<typeof fileSchema>;
export type ChannelConfig = FileConfig['channels'][string];
