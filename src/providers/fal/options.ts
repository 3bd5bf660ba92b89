import { z } from 'zod';
import { fields } from '../../core/json/known-fields';
import type { ChannelOptions } from '../../core/provider/options';

/** The address at which fal publishes the keys that its callbacks are signed with. */
const PUBLISHED_KEYS = 'https://rest.fal.ai/.well-known/jwks.json';

const url = z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' });

/** The schema of a channel's options: where the keys are, for an installation that reaches that host by a mirror. */
export const options: z.ZodType<ChannelOptions> = fields({
  jwksUrl: url.default(PUBLISHED_KEYS),
});

const keysSchema = z.object({ jwksUrl: url.catch(PUBLISHED_KEYS) });

/** Returns where the keys are by a channel's options; fal's own address for a channel that says nothing of it. */
export const keysAt = (said: ChannelOptions): string => keysSchema.parse(said).jwksUrl;
