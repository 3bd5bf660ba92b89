import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { USUAL_GROUP } from '../core/slots/caps';
import { factor } from './price-schema';
import { jobs, weight, whole } from './schema-kit';

/** What the workspaces and keys of a group may have, and how they take turns where jobs wait. */
const groupSchema = fields({
  jobsAtOnce: jobs.optional().describe('Each of its workspaces has so many jobs running at once.'),
  keyJobsAtOnce: jobs.optional().describe('Each of its keys has so many jobs running at once.'),
  weight: weight
    .default(USUAL_GROUP.weight)
    .describe('The share of slots that its workspaces get where jobs wait.'),
  priority: whole('must be a whole number from 1, the first, to 5', 1, 5)
    .default(USUAL_GROUP.priority)
    .describe('Jobs of a lower number go first where jobs wait.'),
  priceTimes: factor('0.8')
    .optional()
    .describe('Prices are multiplied with it for callers of the group.'),
});

export const groupsSchema = z
  .record(z.string(), groupSchema)
  .describe('Rules for the groups that models name.');
