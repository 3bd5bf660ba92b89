import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { factor } from './price-schema';
import { checkNames, jobs, oneOf, required, text, webUrl, whole, yesOrNo } from './schema-kit';

/** What an operator writes of a channel. Which providers there are, the catalog knows. */

const requests = whole('must be a whole number of requests', 1, 1_000_000);

const provider = text('the name of a provider').describe('Whose wire it speaks, such as `ark`.');

const rules = {
  costTimes: factor('0.9')
    .optional()
    .describe(
      'What this account pays of the list price, by a pack or a discount. It changes what is booked as cost, and no price.',
    ),
  foreignIds: yesOrNo
    .optional()
    .describe(
      'Jobs that this gateway did not create may be seen and canceled through it, by keys with the scope `foreign`.',
    ),
  draining: yesOrNo
    .optional()
    .describe('It takes no new job; what it has is looked at, canceled and fetched until it ends.'),
  selfHosted: yesOrNo
    .optional()
    .describe(
      'It is one server of your own that runs a model itself, where a lost render costs nobody money: a job that it has lost is made again, and it runs one job at a time unless `jobsAtOnce` says more.',
    ),
  deleteStops: yesOrNo
    .optional()
    .describe(
      'Of a server of your own: its DELETE stops the work, so that a cancel is asked of it. Without it a job that is to be canceled runs to its end.',
    ),
  carriesTraces: yesOrNo
    .optional()
    .describe('Its provider gets the trace context of each call, `traceparent` and `tracestate`.'),
  jobsAtOnce: jobs
    .optional()
    .describe('So many of its jobs run at once; the others wait for their turn.'),
  modelJobsAtOnce: z
    .record(z.string(), jobs)
    .optional()
    .describe("The same for one of the provider's models each, by the provider's id."),
  requestsPerSecond: requests
    .optional()
    .describe('So many requests of any kind go to it in a second, over all processes.'),
  requestsPerMinute: requests
    .optional()
    .describe('So many requests of any kind go to it in a minute, over all processes.'),
  jobsPerLook: jobs
    .optional()
    .describe(
      "One call looks at so many jobs at the most; without it at as many as the provider's call takes.",
    ),
  repeatsLostSubmits: yesOrNo
    .optional()
    .describe(
      'A submit whose answer was lost, and which the provider never had by its own lookups, is made once more under the same id.',
    ),
};

const options = z
  .record(z.string(), z.unknown(), {
    error: 'must be an object with the options that the provider has',
  })
  .optional()
  .describe(
    'How the account or the server speaks the wire, by the words that the page of providers tells.',
  );

export const simulatedChannel = fields({
  provider,
  simulated: z.literal(true).describe('It makes test clips and reaches no provider.'),
  options,
  ...rules,
});

export const realChannel = fields({
  provider,
  baseUrl: webUrl
    .refine(isPlainUrl, { error: 'must be a URL without user name, password, query and fragment' })
    .describe('Where the provider is, with the path that its page tells.'),
  credentials: z
    .record(z.string(), z.unknown(), {
      error: required('an object with the names that the provider gives its keys'),
    })
    .describe('The keys of the account, by the names that the page of providers tells.'),
  options,
  resultOrigins: z
    .array(webUrl, { error: 'must be a list of origins such as "https://files.internal:8443"' })
    .default([])
    .describe(
      'Origins from which its results may be fetched beside public https addresses and that of `baseUrl`.',
    ),
  ...rules,
  simulated: z.literal(false).optional().describe('It reaches a provider, as without this entry.'),
}).transform(({ simulated: _, ...channel }) => channel);

function isPlainUrl(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password, search, hash } = new URL(url);
  return [username, password, search, hash].every((part) => part === '');
}

/** These fields belong to a channel that reaches a provider, and to no simulated one. */
const REAL_ONLY = ['baseUrl', 'credentials', 'resultOrigins'];

/**
 * Judged as the channel that it says it is. No hint may lead from a real channel to a simulated one, which would sell
 * test clips as videos; so one that says both is told to choose.
 */
const channelSchema = oneOf([simulatedChannel, realChannel], (value, refuse) => {
  if (value['simulated'] !== true) return realChannel;
  const real = REAL_ONLY.find((name) => name in value);
  if (real === undefined) return simulatedChannel;
  refuse(
    'simulated',
    `says that this channel makes test clips and reaches no provider, and "${real}" says that it reaches one: take out "simulated"`,
  );
  return undefined;
});

export const channelsSchema = z
  .record(z.string(), channelSchema)
  .check(checkNames)
  .describe('Your accounts at providers, by names of your own.');
