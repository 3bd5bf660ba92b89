import type { Config } from '../src/config';
import type { ChannelRoute } from '../src/core/catalog/catalog';
import type { FaultName } from '../simulators/server/faults';

/** A fault's end is how one job ends under one fault of the simulated provider, with nothing else steered. */
export interface FaultEnd {
  state: 'succeeded' | 'failed';
  code: string | null;
  /** Jobs that the provider made of it. */
  submits: 0 | 1;
  billed: boolean;
  /** Whether the gateway can serve the file. */
  file: boolean;
}

const SUCCEEDS = { state: 'succeeded', code: null, submits: 1, billed: true, file: true } as const;
const FAILS = { state: 'failed', billed: false, file: false } as const;
/** The provider made no job, but from here it looks as if it may have: it is never asked a second time. */
const DOUBT = { ...FAILS, code: 'submission_unknown', submits: 0 } as const;

/** The demo's `--fault` and the tests read the same tables. */
export const FAULT_ENDS: Readonly<Record<FaultName, FaultEnd>> = {
  fail: { ...FAILS, code: 'provider_error', submits: 1 },
  policy: { ...FAILS, code: 'content_rejected', submits: 1 },
  expired: { ...FAILS, code: 'expired', submits: 1 },
  stuck: { ...FAILS, code: 'timed_out', submits: 1 },
  // The answer is lost; the provider's first callback names the job.
  'drop-after-accept': SUCCEEDS,
  'drop-before-accept': DOUBT,
  '5xx': DOUBT,
  html: DOUBT,
  // Certainly refused, so it is sent again.
  '429': SUCCEEDS,
  '429-retry-after': SUCCEEDS,
  slow: SUCCEEDS,
  // Taken, and the answer says nothing; the provider's first callback names the job.
  empty: SUCCEEDS,
  'empty-202': SUCCEEDS,
  '200-error': SUCCEEDS,
  truncated: SUCCEEDS,
  'wrong-types': SUCCEEDS,
  redirect: SUCCEEDS,
  hang: SUCCEEDS,
  // A look without a verdict is no verdict.
  'no-status': SUCCEEDS,
  'unknown-status': SUCCEEDS,
  // Looked at again for a while, and then not waited for any longer.
  'done-no-output': { ...FAILS, code: 'provider_error', submits: 1 },
  'callback-duplicate': SUCCEEDS,
  'callback-missing': SUCCEEDS,
  // Made and billed; asked for again and again until there is a link that lives.
  'link-expired': { ...SUCCEEDS, file: false },
};

/** Directives that are no faults by name. `--fault` takes each as it is written. */
export const DIRECTIVE_ENDS: Readonly<Record<string, FaultEnd>> = {
  // A word that nobody knows is no end.
  'word=frozen': SUCCEEDS,
  'usage=12345': SUCCEEDS,
  'result=redirect': SUCCEEDS,
  // What can be read and is no video is never sold as one.
  'result=html': { ...FAILS, code: 'result_unreadable', submits: 1 },
  'result=empty': { ...FAILS, code: 'result_unreadable', submits: 1 },
  // The provider says so for longer than its grace.
  'gone=1': { ...FAILS, code: 'provider_lost', submits: 1 },
  // Made and billed; where it lies nobody here may fetch it.
  'result=private': { ...SUCCEEDS, file: false },
  'result=redirect-private': { ...SUCCEEDS, file: false },
  'result=redirect-elsewhere': { ...SUCCEEDS, file: false },
  'result=gone': { ...SUCCEEDS, file: false },
  'result=needs-key': { ...SUCCEEDS, file: false },
};

/** Every documented end by its directive: `fault=html`, `result=redirect`. */
export const ENDS: Readonly<Record<string, FaultEnd>> = {
  ...Object.fromEntries(
    Object.entries(FAULT_ENDS).map(([fault, end]): [string, FaultEnd] => [`fault=${fault}`, end]),
  ),
  ...DIRECTIVE_ENDS,
};

/** The answer to these is lost while the provider has the job. */
const LOST = [
  'fault=drop-after-accept',
  'fault=empty',
  'fault=empty-202',
  'fault=200-error',
  'fault=truncated',
  'fault=wrong-types',
  'fault=redirect',
  'fault=hang',
];

/**
 * Gives the end of one job under a directive on that way to a provider, and that of a job without one. The tables tell of a provider
 * whose callbacks name a job and that has a word for one that expired; where it has neither, the end is another.
 */
export function endAt(
  directive: string | undefined,
  { provider, capabilities }: Pick<ChannelRoute, 'capabilities'> & { provider: { name: string } },
): FaultEnd {
  const end: FaultEnd = ENDS[directive ?? ''] ?? SUCCEEDS;
  if (directive === 'fault=expired' && !SAYS_EXPIRED.includes(provider.name)) {
    return ENDS['fault=fail'] ?? end;
  }
  const isNamed = capabilities.idempotency.length > 0;
  return LOST.includes(directive ?? '') && !isNamed ? { ...DOUBT, submits: 1 } : end;
}

/** Providers that have a word for a job that they gave up; the others call it failed. */
const SAYS_EXPIRED: readonly string[] = ['ark', 'minimax', 'replicate'];

/** Gives the directive of a name that `--fault` takes: `fault=html` of `html`. Undefined for a name without an end. */
export function directiveOf(name: string): string | undefined {
  return [`fault=${name}`, name].find((directive) => Object.hasOwn(ENDS, directive));
}

/** The names that `--fault` takes. */
export const FAULT_CHOICES: readonly string[] = [
  ...Object.keys(FAULT_ENDS),
  ...Object.keys(DIRECTIVE_ENDS),
];

/** Waits with which each of them ends within a minute; `sendMs` is longer than the simulator's slow reply. */
const WAITS = {
  sendMs: 15_000,
  unknownGraceMs: 1_000,
  unknownMs: 3_000,
  unknownLookMs: 500,
  lastLookMs: 5_000,
  goneGraceMs: 2_000,
  noOutputGraceMs: 2_000,
  unreadableGraceMs: 2_000,
};
const DEADLINE_SECONDS = 30;

/** Gives the same config with less patience. */
export function impatient(config: Config): Config {
  const models = Object.entries(config.models).map(([name, model]) => [
    name,
    { ...model, deadlineSeconds: DEADLINE_SECONDS },
  ]);
  return {
    ...config,
    waits: { ...config.waits, ...WAITS },
    // The same keys and the same entries, each with one field more.
    models: Object.fromEntries(models) as Config['models'],
  };
}
