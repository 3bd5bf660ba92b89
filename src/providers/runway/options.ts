import { z } from 'zod';
import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import type { ChannelOptions } from '../../core/provider/options';

/**
 * The schema of a channel's options: for whom Runway is to make a video. Some accounts are refused a create without it (seen
 * by one of them; no page tells of it). Absent: it is not said.
 */
export const options: z.ZodType<ChannelOptions> = fields({ onBehalfOf: credential.optional() });

const readSchema = z.object({ onBehalfOf: z.string().optional().catch(undefined) });

/** Returns the headers by which a create says for whom it is; none where the channel does not say. */
export function behalfOf(said: ChannelOptions): Record<string, string> {
  const { onBehalfOf } = readSchema.parse(said);
  return onBehalfOf === undefined ? {} : { 'x-runway-on-behalf-of': onBehalfOf };
}
