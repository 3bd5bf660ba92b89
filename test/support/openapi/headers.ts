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
  Link: { description: 'Where the events of the video are: `<…>; rel="events"`.', schema: text },
  'openai-poll-after-ms': {
    description: 'Milliseconds after which to ask again, as clients of OpenAI read it.',
    schema: digits,
  },
  Location: { description: 'Where to ask next.', schema: text },
  'Content-Location': { description: 'Where this answer can be read again.', schema: text },
  'Preference-Applied': { description: 'The preference that was followed.', schema: text },
} as const satisfies Record<string, Header>;

type HeaderName = keyof typeof HEADERS;

const ALL = Object.keys(HEADERS) as HeaderName[]; // the names as they are written above
const ref = (name: HeaderName): [string, JsonSchema] => [
  name,
  { $ref: `#/components/headers/${name}` },
];

/** Lists the headers of a good answer: those of every one, those of its kind of route, and those that wire files show. */
export function headersOf(
  { spends, method }: Pick<HttpRoute, 'spends' | 'method'>,
  shown: readonly string[],
): JsonSchema {
  const names = new Set<string>([
    'X-Request-Id',
    'RateLimit-Policy',
    'RateLimit',
    ...(spends ? ['Reelay-Joined'] : []),
    ...(method === 'POST' ? ['Idempotent-Replayed'] : []),
    ...shown,
  ]);
  const lower = new Set([...names].map((name) => name.toLowerCase()));
  return Object.fromEntries(ALL.filter((name) => lower.has(name.toLowerCase())).map(ref));
}

/** Lists the headers of an error by its status. */
export function errorHeadersOf(status: number): JsonSchema {
  const names: HeaderName[] = ['X-Request-Id', 'X-Should-Retry'];
  if (status === 401) names.push('WWW-Authenticate');
  if (status === 429 || status === 503) names.push('Retry-After');
  if (status === 429) names.push('RateLimit-Policy', 'RateLimit');
  return Object.fromEntries(names.map(ref));
}

/** Returns the headers that a part of the document leads to, by their names. */
export function headersIn(part: JsonSchema): JsonSchema {
  const text = JSON.stringify(part);
  const used = ALL.filter((name) => text.includes(`"#/components/headers/${name}"`));
  return Object.fromEntries(used.map((name) => [name, HEADERS[name]]));
}
