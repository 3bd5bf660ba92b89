import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { z } from 'zod';
import { DEFAULT_CATALOG } from './default-catalog';
import { cacheFolder } from './host/cache-folder';
import { describeIssues } from './core/parse';
import { DELIVERY_SCHEDULE_MS, MIGRATION_TRIES, MIGRATION_WAITS } from './core/schedules';

/**
 * The only reader of the environment and of reelay.config.json: one schema, one frozen value. A wrong entry stops
 * the start with one sentence that names it.
 */

const ms = (fallback: number) => z.int().positive().default(fallback);
const count = (fallback: number) => z.int().nonnegative().default(fallback);
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const MIB = 1024 * 1024;

/** Every named wait, in milliseconds. */
const waitsSchema = z.strictObject({
  sendMs: ms(MINUTE),
  recordMs: ms(45 * SECOND),
  unknownGraceMs: ms(30 * SECOND),
  unknownMs: ms(10 * MINUTE),
  unknownLookMs: ms(10 * SECOND),
  busyMs: ms(10 * MINUTE),
  busyRetryMs: ms(5 * SECOND),
  busyRetryMaxMs: ms(MINUTE),
  exchangeMs: ms(30 * SECOND),
  goneGraceMs: ms(MINUTE),
  deniedGraceMs: ms(30 * MINUTE),
  lastLookMs: ms(10 * MINUTE),
  cancelMs: ms(10 * MINUTE),
  lookRetryMs: ms(5 * SECOND),
  heartbeatMs: ms(20 * SECOND),
  stickyMs: ms(10 * SECOND),
  deliveryTimeoutMs: ms(15 * SECOND),
  deliverySchedule: z
    .array(z.int().nonnegative())
    .min(1)
    .max(50)
    .default([...DELIVERY_SCHEDULE_MS]),
  keepTimeoutMs: ms(10 * MINUTE),
  contentTimeoutMs: ms(10 * MINUTE),
  createMs: ms(MINUTE),
  // Below the 180 s after which ula's documented callers give up, see docs/ula.md.
  heldMs: ms(170 * SECOND),
  nativeReplyMs: ms(MINUTE),
  cancelReplyMs: ms(5 * SECOND),
  linkMs: ms(24 * HOUR),
  tokenMs: ms(HOUR),
  quoteMs: ms(15 * MINUTE),
  providerReplyMs: ms(10 * SECOND),
  idempotencyMs: ms(48 * HOUR),
  /** A job whose start the engine did not take is offered to it again after this pause, by the process that has it. */
  startAgainMs: ms(SECOND),
  /** Then the sweep alone goes on with it. */
  startAgainForMs: ms(10 * MINUTE),
  sweepEveryMs: ms(MINUTE),
  sweepAgeMs: ms(30 * SECOND),
  sweepClosedMs: ms(10 * MINUTE),
  lateLookMs: ms(5 * MINUTE),
  /** Stored files that nothing names are removed after this; longer than any request or copy takes. */
  blobAgeMs: ms(24 * HOUR),
  migrationLockMs: ms(MIGRATION_WAITS.migrationLockMs),
  migrationIndexLockMs: ms(MIGRATION_WAITS.migrationIndexLockMs),
  migrationRetryMs: ms(MIGRATION_WAITS.migrationRetryMs),
  migrationTurnMs: ms(MIGRATION_WAITS.migrationTurnMs),
  /** What /readyz asks has answered within this, or counts as unreachable; probes give up after a second. */
  readyMs: ms(800),
  /** An `api` process that was asked to stop says no at /readyz for this long before it takes no more connections. */
  drainMs: z
    .int()
    .nonnegative()
    .default(5 * SECOND),
  /**
   * After a stop was asked for, what runs may go on for this long and is then cut: looks, deliveries, copies, settles.
   * A submit in flight is never cut: it has `sendMs` + `recordMs`.
   */
  shutdownMs: ms(16 * SECOND),
  /** What was cut may tidy up for this long. */
  cutMs: ms(4 * SECOND),
  cadence: z
    .strictObject({
      firstLookShare: z.number().min(0).max(1).default(0.5),
      intervalMinMs: ms(2 * SECOND),
      intervalMaxMs: ms(30 * SECOND),
      intervalShare: z.number().positive().max(1).default(0.1),
    })
    .prefault({}),
});

const limitsSchema = z.strictObject({
  replyBytesMax: count(16 * MIB),
  resultBytesMax: count(2048 * MIB),
  inputBytesMax: count(64 * MIB),
  excerptBytesMax: count(1024),
  sweepRows: count(500),
  lateLooks: count(20),
  /** Stored files that one sweep looks at. */
  sweepFiles: z.int().positive().default(1_000),
  restartsMax: count(3),
  /** A migration gives way to locks of others this often. */
  migrationTries: z.int().positive().default(MIGRATION_TRIES),
  /** Creates that one process works on at once; below `databaseConnections`, which the rest needs too. */
  createsAtOnce: z.int().positive().default(12),
  /** Starts of workflows that one process asks the engine for at once. */
  startsAtOnce: z.int().positive().default(20),
  /** Jobs whose start one process offers again; past it they wait for the sweep. */
  startsWaiting: count(10_000),
  /** Requests that one process holds at once; past it they are answered as if their wait were over. */
  heldRequests: count(5_000),
  databaseConnections: count(20),
  /** Requests with a wrong key that one address may send to one process in a minute. */
  authFailuresPerMinute: z.int().positive().default(300),
  workflowsCached: count(500),
  activitiesPerQueue: count(100),
  /** Activity starts per second and provider; 0 = no cap. */
  providerRate: z.number().nonnegative().default(0),
});

const priceSchema = z.union([
  z.strictObject({
    perJob: z.string().regex(/^\d{1,12}(\.\d{1,6})?$/, 'is not an amount of points'),
  }),
  z.strictObject({ free: z.literal(true) }),
]);

const channelSchema = z.union([
  z.strictObject({
    provider: z.string(),
    simulated: z.literal(true),
    foreignIds: z.boolean().optional(),
  }),
  z.strictObject({
    provider: z.string(),
    foreignIds: z.boolean().optional(),
    baseUrl: z.url({ protocol: /^https?$/ }),
    credentials: z.record(z.string(), z.string()),
    resultOrigins: z.array(z.url({ protocol: /^https?$/ })).default([]),
  }),
]);

const modelChannelSchema = z.strictObject({
  channel: z.string(),
  model: z.string(),
  /** The known model that one with a newer id takes after. */
  like: z.string().optional(),
});

const modelSchema = z.strictObject({
  channels: z.array(modelChannelSchema).min(1),
  price: priceSchema,
  groups: z.array(z.string()).min(1).default(['default']),
  /** From create to the end of our patience, instead of what the provider's model says. */
  deadlineSeconds: z.int().positive().optional(),
});

const fileSchema = z.strictObject({
  channels: z.record(z.string(), channelSchema).default(DEFAULT_CATALOG.channels),
  models: z.record(z.string(), modelSchema).default(DEFAULT_CATALOG.models),
  waits: waitsSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  /** The proxies before this gateway: how many, or their addresses as Express's "trust proxy" takes them. */
  trustProxy: z.union([z.int().positive(), z.string().min(1)]).optional(),
});

export type FileConfig = z.infer<typeof fileSchema>;
export type FileConfigInput = z.input<typeof fileSchema>;
export type ChannelConfig = z.infer<typeof channelSchema>;

const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((value) => value === 'true' || value === '1');

const environmentSchema = z.object({
  TEMPORAL_ADDRESS: z.string().min(1).optional(),
  TEMPORAL_NAMESPACE: z.string().min(1).default('reelay'),
  TEMPORAL_API_KEY: z.string().min(1).optional(),
  TEMPORAL_TLS: flag.default(false),
  TEMPORAL_TLS_CLIENT_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_CLIENT_KEY_PATH: z.string().optional(),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: z.string().optional(),
  TEMPORAL_TLS_SERVER_NAME: z.string().optional(),
  TEMPORAL_CLI_PATH: z.string().min(1).optional(),
  DATABASE_URL: z.string().min(1).optional(),
  REELAY_PUBLIC_URL: z.url({ protocol: /^https?$/ }).optional(),
  REELAY_CACHE: z.string().min(1).optional(),
  REELAY_CONFIG: z.string().min(1).optional(),
  REELAY_SECRET_KEY: z
    .base64()
    .refine((text) => Buffer.from(text, 'base64').length === 32, 'is not 32 bytes in base64')
    .optional(),
  REELAY_SIMULATOR_URL: z.url({ protocol: /^https?$/ }).optional(),
  XDG_CACHE_HOME: z.string().optional(),
  PATH: z.string().default(''),
});

export type Environment = z.infer<typeof environmentSchema>;

export interface Config extends FileConfig {
  environment: Environment;
  /** For children: our own environment, untouched. */
  childEnvironment: Readonly<Record<string, string | undefined>>;
  cacheFolder: string;
}

/** `overrides` wins over the file, entry by entry; commands use it for what their flags say. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  overrides: FileConfigInput = {},
): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const environment = check(environmentSchema, present, 'environment');
  const path = environment.REELAY_CONFIG ?? 'reelay.config.json';
  const file = readFile(path, environment.REELAY_CONFIG !== undefined, env);
  const merged = merge(file, overrides);
  const config = check(fileSchema, merged, path);
  return deepFreeze({
    ...config,
    environment,
    childEnvironment: { ...env },
    cacheFolder: cacheFolder({
      given: environment.REELAY_CACHE,
      xdgCacheHome: environment.XDG_CACHE_HOME,
      home: homedir(),
    }),
  });
}

function check<T>(schema: z.ZodType<T>, value: unknown, source: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { field, text } = describeIssues(result.error.issues);
  throw new Error(`${source}: ${field || 'content'}: ${text}`);
}

function readFile(
  path: string,
  isRequired: boolean,
  env: Readonly<Record<string, string | undefined>>,
): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (!isRequired && isMissing(error)) return {};
    throw new Error(
      `${path}: cannot be read (${error instanceof Error ? error.message : 'unknown'})`,
    );
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path}: is not JSON (${error instanceof Error ? error.message : 'unknown'})`);
  }
  if (!isPlain(parsed)) throw new Error(`${path}: is not a JSON object`);
  return expand(parsed, env, path);
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

/** `${NAME}` inside any text is taken from the environment, so that the file needs no secrets. */
function expand(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  path: string,
): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (_, name: string) => {
      const found = env[name];
      // Empty is not set, as for our own variables: a channel without its key is found at the start.
      if (!found) throw new Error(`${path}: names \${${name}}, which is not set`);
      return found;
    });
  }
  if (Array.isArray(value)) return value.map((item) => expand(item, env, path));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, expand(item, env, path)]),
  );
}

/** Objects merge, everything else is replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isPlain(base) || !isPlain(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key])]));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
