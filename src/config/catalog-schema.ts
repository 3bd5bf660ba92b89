import { z } from 'zod';
import { USUAL_GROUP } from '../core/slots/caps';
import { fields } from '../core/json/known-fields';
import { MODES } from '../core/request/request';

/** What an operator writes of channels, models and prices. Which provider and model there is, the catalog knows. */

const baseUrl = z.url({ protocol: /^https?$/, error: urlError }).refine(isPlainUrl, {
  error: 'must be a URL without user name, password, query and fragment',
});
const origin = z.url({ protocol: /^https?$/, error: urlError });

function urlError(issue: { input?: unknown }): string {
  return issue.input === undefined ? 'is required' : 'must be an http(s) URL';
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { username, password, search, hash } = new URL(text);
  return [username, password, search, hash].every((part) => part === '');
}

/** Makes the schema of a whole number, of which every fault is told in the same words. */
const whole = (error: string, least = 1, most = Number.MAX_SAFE_INTEGER) =>
  z.int({ error }).min(least, { error }).max(most, { error });

const jobs = whole('must be a whole number of jobs');
const requests = whole('must be a whole number of requests', 1, 1_000_000).optional();
const WEIGHT = 'must be a number above 0 and up to 1000';
const weight = z.number(WEIGHT).positive(WEIGHT).max(1_000, WEIGHT);
/**
 * Whether the account takes new jobs, how many of them may run at once, in all and of each of the provider's own models,
 * how many requests of any kind it takes, and how many jobs one call may look at.
 */
const accountRules = {
  draining: z.boolean().optional(),
  carriesTraces: z.boolean().optional(),
  jobsAtOnce: jobs.optional(),
  modelJobsAtOnce: z.record(z.string(), jobs).optional(),
  requestsPerSecond: requests,
  requestsPerMinute: requests,
  jobsPerLook: jobs.optional(),
};

const simulatedChannel = fields({
  provider: z.string({ error: required('the name of a provider') }),
  simulated: z.literal(true),
  foreignIds: z.boolean().optional(),
  ...accountRules,
});

const realChannel = fields({
  provider: z.string({ error: required('the name of a provider') }),
  simulated: z.literal(false).optional(),
  foreignIds: z.boolean().optional(),
  ...accountRules,
  baseUrl,
  credentials: z.record(z.string(), z.unknown(), {
    error: required('an object with the names that the provider gives its keys'),
  }),
  resultOrigins: z.array(origin).default([]),
}).transform(({ simulated: _, ...channel }) => channel);

/** These fields belong to a channel that reaches a provider, and to no simulated one. */
const REAL_ONLY = ['baseUrl', 'credentials', 'resultOrigins'];

/**
 * Judged as the channel that it says it is. No hint may lead from a real channel to a simulated one, which would sell
 * test clips as videos; so one that says both is told to choose.
 */
export const channelSchema = oneOf(simulatedChannel, realChannel, (value, refuse) => {
  if (value['simulated'] !== true) return realChannel;
  const real = REAL_ONLY.find((name) => name in value);
  if (real === undefined) return simulatedChannel;
  refuse(
    'simulated',
    `says that this channel makes test clips and reaches no provider, and "${real}" says that it reaches one: take out "simulated"`,
  );
  return undefined;
});

const AMOUNT = /^\d{1,12}(\.\d{1,6})?$/;
const perJobPrice = fields({
  perJob: z
    .string({ error: required('an amount of points as a text, such as "25" or "0.5"') })
    .regex(AMOUNT, 'is not an amount of points such as "25" or "0.5"'),
});
const freePrice = fields({ free: z.literal(true) });

const PRICE_FORMS = 'must be {"perJob": "25"}, points for each video, or {"free": true}';
const priceSchema = oneOf(
  freePrice,
  perJobPrice,
  (value) => ('free' in value && !('perJob' in value) ? freePrice : perJobPrice),
  PRICE_FORMS,
);

const day = z.iso.date('must be a day such as "2027-03-01"').transform((text) => Date.parse(text));

const lengthOfVideo = whole('must be a whole number of seconds');
const names = (what: string) =>
  z
    .array(z.string(), { error: `must be a list of ${what}` })
    .min(1, `must name at least one of ${what}`);
/** What is offered of a model, where that is not all of it. */
const offersSchema = fields({
  seconds: z
    .union([
      fields({ min: lengthOfVideo.optional(), max: lengthOfVideo.optional() }),
      z.array(lengthOfVideo, { error: 'must be a list such as [5, 10]' }).min(1),
    ])
    .optional(),
  resolutions: names('resolutions, such as "720p"').optional(),
  aspectRatios: names('ratios, such as "16:9"').optional(),
  audio: z
    .literal(false, { error: 'may only be false, which makes every video silent' })
    .optional(),
  modes: z
    .array(z.enum(MODES, { error: `must be of ${MODES.join(', ')}` }), {
      error: 'must be a list of modes',
    })
    .min(1, 'must name at least one mode')
    .optional(),
});

/** What a request says where its caller says nothing. */
const defaultsSchema = fields({
  seconds: lengthOfVideo.optional(),
  resolution: z.string().optional(),
  aspectRatio: z.string().optional(),
  audio: z.boolean({ error: 'must be true or false' }).optional(),
});

const modelSchema = fields({
  channels: z
    .array(
      fields({
        channel: z.string({ error: required('the name of a channel') }),
        model: z.string({ error: required("the provider's own id of the model") }),
        /** The known model that one with a newer id takes after. */
        like: z.string().optional(),
        priority: whole('must be a whole number from 1').optional(),
        weight: weight.optional(),
      }),
      { error: 'must be a list such as [{ "channel": "ark", "model": "<the provider\'s id>" }]' },
    )
    .min(1, 'must name at least one channel'),
  price: priceSchema,
  offers: offersSchema.optional(),
  defaults: defaultsSchema.optional(),
  groups: z
    .array(z.string(), { error: 'must be a list of names of groups' })
    .min(1, 'must name at least one group')
    .default(['default']),
  /** Other names that callers may use for it. */
  aliases: z.array(z.string().min(1)).optional(),
  /** The day, 00:00 UTC, from which answers say that the name is deprecated, or since which it is. */
  deprecated: day.optional(),
  /** The day, 00:00 UTC, from which the name is refused; answers say so before. */
  sunset: day.optional(),
  /** The model that callers should use instead. */
  successor: z.string().optional(),
  /** A job is given up so many seconds after its create, instead of after what the provider's model says. */
  deadlineSeconds: whole('must be a whole number of seconds').optional(),
});

/** What the workspaces and keys of a group may have, and how they take turns where jobs wait. */
const groupSchema = fields({
  jobsAtOnce: jobs.optional(),
  keyJobsAtOnce: jobs.optional(),
  weight: weight.default(USUAL_GROUP.weight),
  priority: whole('must be a whole number from 1, the first, to 5', 1, 5).default(
    USUAL_GROUP.priority,
  ),
});

export const groupsSchema = z.record(z.string(), groupSchema);
export const channelsSchema = z.record(z.string(), channelSchema);
export const modelsSchema = z.record(z.string(), modelSchema);

function required(what: string) {
  return (issue: { input?: unknown }): string =>
    issue.input === undefined ? `is required: ${what}` : `must be ${what}`;
}

type Refuse = (field: string, text: string) => void;

/** A union that goes by what the value says of itself, so that an error speaks of the form that was meant. */
function oneOf<A extends z.ZodType, B extends z.ZodType>(
  _one: A,
  _other: B,
  choose: (value: Record<string, unknown>, refuse: Refuse) => A | B | undefined,
  forms = 'must be an object',
) {
  return z.unknown().transform((value, context) => {
    const refuse = (path: PropertyKey[], message: string): never => {
      context.issues.push({ code: 'custom', input: value, path, message });
      return z.NEVER;
    };
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse([], forms);
    // Sound: an object that is no list has names.
    const given = value as Record<string, unknown>;
    const schema = choose(given, (field, text) => refuse([field], text));
    if (!schema) return z.NEVER;
    const read = schema.safeParse(given);
    if (read.success) return read.data;
    for (const { path, ...issue } of read.error.issues) {
      context.issues.push({ ...issue, path: [...path], input: value } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  }) as unknown as z.ZodType<z.output<A> | z.output<B>, z.input<A> | z.input<B>>; // what the two give and take
}
