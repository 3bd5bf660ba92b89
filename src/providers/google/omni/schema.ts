import { z } from 'zod';
import { maybe, number } from '../../../core/json/fields';
import { identifier } from '../../kit';
import { INTERACTION } from '../schema';

/** What we read of the Interactions API's replies, and its paths. */

const word = maybe(z.string());
const list = maybe(z.array(z.unknown()));

export const STATUSES = [
  'queued',
  'in_progress',
  'completed',
  'failed',
  'incomplete',
  'budget_exceeded',
  'requires_action',
  'cancelled',
] as const;

const error = maybe(z.object({ code: maybe(z.union([z.string(), z.number()])), message: word }));

/** An interaction as create and look show it. */
export const interactionSchema = z.object({
  id: identifier,
  status: z.string(),
  steps: list,
  error,
  errors: list,
  usage: maybe(z.object({ output_tokens_by_modality: list })),
});
export type Interaction = z.infer<typeof interactionSchema>;

/** What a create has to show; a status that is new to us makes it no less ours. */
export const createdSchema = z.object({ id: identifier });

/** A step of an interaction; what the model made stands in those of type `model_output`. */
export const stepSchema = z.object({ type: z.string(), content: list });
export const contentSchema = z.object({ type: z.string(), uri: word, data: word, text: word });
export const entryOfErrors = z.object({
  code: maybe(z.union([z.string(), z.number()])),
  message: word,
});
export const modalitySchema = z.object({ modality: z.string(), tokens: number });

export const interactionOperation = z.object({ kind: z.literal(INTERACTION), id: identifier });

/** What Google posts: the event, and of the interaction its id. */
export const eventSchema = z.object({
  type: z.string().regex(/^interaction\./),
  data: z.object({ id: identifier }),
});

/** Returns the path of an interaction, or of all of them. */
export const pathOf = (id?: string): string =>
  `/v1beta/interactions${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;
