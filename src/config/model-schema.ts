import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { defaultsSchema, offersSchema } from './offer-schema';
import { priceSchema } from './price-schema';
import { checkNames, names, required, text, weight, whole } from './schema-kit';

/** What an operator writes of a model. Which models a provider has, the catalog knows. */

const choiceSchema = fields({
  channel: text('the name of a channel').describe('The name of a channel.'),
  model: text("the provider's own id of the model").describe("The provider's own id of the model."),
  like: z
    .string()
    .optional()
    .describe('The known model that one with an id unknown to Reelay takes after.'),
  priority: whole('must be a whole number from 1')
    .optional()
    .describe('Lower ones are tried first; without it the place in the list counts.'),
  weight: weight
    .optional()
    .describe('The share of jobs that it gets among channels of one priority; 1 without it.'),
});

const day = z.iso.date('must be a day such as "2027-03-01"').transform((date) => Date.parse(date));

const modelSchema = fields({
  channels: z
    .array(choiceSchema, {
      error: required('a list such as [{ "channel": "ark", "model": "<the provider\'s id>" }]'),
    })
    .min(1, 'must name at least one channel')
    .describe(
      'Who makes its videos, in the order in which they are tried. May be left out for a name of the default catalog.',
    ),
  price: priceSchema,
  offers: offersSchema.optional(),
  defaults: defaultsSchema.optional(),
  groups: names('names of groups')
    .default(['default'])
    .describe('Whose workspaces and keys may use it, by their groups.'),
  aliases: z
    .array(z.string().min(1), { error: 'must be a list of names' })
    .optional()
    .describe('Other names that callers may use for it.'),
  deprecated: day
    .optional()
    .describe('The day, 00:00 UTC, from which answers say that the name is deprecated.'),
  sunset: day
    .optional()
    .describe('The day, 00:00 UTC, from which the name is refused; answers say so before.'),
  successor: z.string().optional().describe('The model that callers should use instead.'),
  deadlineSeconds: whole('must be a whole number of seconds')
    .optional()
    .describe(
      "A job is given up so many seconds after its create, instead of after what the provider's model says.",
    ),
});

export const modelsSchema = z
  .record(z.string(), modelSchema)
  .check(checkNames)
  .describe('What callers may ask for, by its public name.');
