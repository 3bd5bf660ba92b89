import type { HttpRoute } from '../../../src/core/api/route';
import type { JsonSchema } from './schemas';

/** A header of an answer as a reader needs it, under the name that is sent. */
interface Header {
  description: string;
  required?: true;
  schema: JsonSchema;
}

const text: JsonSchema = { type: 'string' };
const digits: JsonSchema = { type: 'string', pattern: '^\\d+$' };

/** Every header that is told of, by its name. */
const HEADERS = {
  'X-Request-Id': {
    description:
      'The id of this exchange, as the log and error texts have it; that of the request, where it sent one.',
    required: true,
    schema: text,
  },
  'Retry-After': { description: 'Seconds after which to ask again.', schema: digits },
  'X-Should-Retry': {
    description: 'Says `false` where the same request must not be sent again by itself.',
    schema: { const: 'false' },
  },
  'WWW-Authenticate': { description: 'How to show a key.', schema: text },
  'RateLimit-Policy': {
    description:
      'How many requests and creates a key and a workspace may make in a minute: `"create";q=60;w=60`.',
    schema: text,
  },
  RateLimit: {
    description: 'How many of them are left, and for how many seconds: `"create";r=12;t=30`.',
    schema: text,
  },
  'Idempotent-Replayed': {
    description: 'Says `true` where this is the answer to an earlier request under the same key.',
    schema: { const: 'true' },
  },
  'Reelay-Joined': {
    description:
      'Says `true` where the key joins creates that are the same, and this one is an earlier one.',
    schema: { const: 'true' },
  },
  Deprecation: {
    description:
      'Since when the model is out of favour, in Unix seconds: `@1790812800` (RFC 9745).',
    schema: { type: 'string', pattern: '^@\\d+$' },
  },
  Sunset: { description: 'When the model goes, as a date of HTTP (RFC 8594).', schema: text },
  'x-ratelimit-limit-requests': {
    description:
      'How many requests or creates may be made in a minute, by the limit that is used up most.',
    schema: digits,
  },
  'x-ratelimit-remaining-requests': {
    description: 'How many of them are left.',
    schema: digits,
  },
  'x-ratelimit-reset-requests': {
    description: 'When the minute is over, as clients of OpenAI read it: `30s`.',
    schema: { type: 'string', pattern: '^\\d+s$' },
  },
  Link: { description: 'Where the events of the video are: `<…>; rel="events"`.', schema: text },
  'openai-poll-after-ms': {
    description: 'Milliseconds after which to ask again, as clients of OpenAI read it.',
    schema: digits,
  },
  Location: { description: 'Where to ask next.', schema: text },
  'Content-Location': { description: 'Where this answer can be read again.', schema: text },
  ETag: {
    description: 'Names these very bytes, for `If-None-Match` and `If-Range`.',
    schema: text,
  },
  'Accept-Ranges': { description: 'Parts may be asked for by `Range`.', schema: text },
  'Content-Range': {
    description:
      'Which part this is, and of how many bytes: `bytes 0-1023/16465`; of a 416, the latter.',
    schema: text,
  },
  'Content-Disposition': {
    description: 'The name of the file, and whether a page shows it.',
    schema: text,
  },
  'X-Total-Count': { description: 'The number of all rows, of a table.', schema: digits },
  'Preference-Applied': { description: 'The preference that was followed.', schema: text },
} as const satisfies Record<string, Header>;

type HeaderName = keyof typeof HEADERS;

const ALL = Object.keys(HEADERS) as HeaderName[]; // the names as they are written above
const ref = (name: HeaderName): [string, JsonSchema] => [
  name,
  { $ref: `#/components/headers/${name}` },
];

const OF_RATES = [
  'RateLimit-Policy',
  'RateLimit',
  'x-ratelimit-limit-requests',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-reset-requests',
] as const;
const OF_MODELS = ['Deprecation', 'Sunset'] as const;
const OF_CREATES = [...OF_MODELS, 'Reelay-Joined', 'Preference-Applied'] as const;
const OF_FILES = ['ETag', 'Accept-Ranges', 'Content-Disposition'] as const;

/** Lists the headers of a good answer: those of every one, those of its kind of route, and those that wire files show. */
export function headersOf(
  { spends, method, acceptsLink }: Pick<HttpRoute, 'spends' | 'method' | 'acceptsLink'>,
  shown: readonly string[],
): JsonSchema {
  const names = new Set<string>([
    'X-Request-Id',
    ...OF_RATES,
    ...(spends ? OF_CREATES : []),
    ...(method === 'POST' ? ['Idempotent-Replayed'] : []),
    ...(acceptsLink ? OF_FILES : []),
    ...shown,
  ]);
  const lower = new Set([...names].map((name) => name.toLowerCase()));
  return Object.fromEntries(ALL.filter((name) => lower.has(name.toLowerCase())).map(ref));
}

/** What a job's end is told by, where an API tells it by the status of an error. */
const ENDS = new Set([400, 409, 500]);

/** Lists the headers of an error by its status, and whether it may be a job's end. */
export function errorHeadersOf(status: number, tellsEnds = false): JsonSchema {
  const names: HeaderName[] = ['X-Request-Id', 'X-Should-Retry'];
  if (tellsEnds && ENDS.has(status)) names.push('Content-Location');
  if (status === 401) names.push('WWW-Authenticate');
  if (status === 429 || status === 503) names.push('Retry-After');
  // Who has shown no key is counted by nobody.
  if (status !== 401) names.push(...OF_RATES);
  if (status === 416) names.push('Content-Range');
  return Object.fromEntries(names.map(ref));
}

/** Returns the headers that a part of the document leads to, by their names. */
export function headersIn(part: JsonSchema): JsonSchema {
  const text = JSON.stringify(part);
  const used = ALL.filter((name) => text.includes(`"#/components/headers/${name}"`));
  return Object.fromEntries(used.map((name) => [name, HEADERS[name]]));
}
