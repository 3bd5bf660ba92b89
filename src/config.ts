import { homedir } from 'node:os';
import { z } from 'zod';
import { BOUND_LIMITS, BOUND_WAITS } from './config/bounds';
import { channelsSchema, modelsSchema } from './config/catalog-schema';
import { isPlain, placed, readFile } from './config/file';
import type { ConfigFile } from './config/file';
import { DEFAULT_CATALOG } from './default-catalog';
import { cacheFolder } from './host/cache-folder';
import { ConfigError } from './core/catalog/config-error';
import { fields, unknownFirst } from './core/json/known-fields';
import { describeIssues } from './core/json/parse';
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
const DAY = 24 * HOUR;
const MIB = 1024 * 1024;

/** Every named wait, in milliseconds. */
const waitsSchema = fields({
  ...BOUND_WAITS,
  sendMs: ms(MINUTE),
  recordMs: ms(45 * SECOND),
  unknownGraceMs: ms(30 * SECOND),
  unknownMs: ms(10 * MINUTE),
  unknownLookMs: ms(10 * SECOND),
  busyMs: ms(10 * MINUTE),
  busyRetryMs: ms(5 * SECOND),
  busyRetryMaxMs: ms(MINUTE),
  exchangeMs: ms(30 * SECOND),
  /**
   * Every look must say for this long that the provider does not know the job before it counts as lost. An account's
   * key that was mixed up with another's is put right meanwhile.
   */
  goneGraceMs: ms(10 * MINUTE),
  deniedGraceMs: ms(30 * MINUTE),
  /** A job that succeeded at its provider without a link to a video fails after this. */
  noOutputGraceMs: ms(5 * MINUTE),
  /** A job whose result can be read and is no video fails after this. */
  unreadableGraceMs: ms(5 * MINUTE),
  /** The first bytes of a result are waited for this long; later it is settled as one that cannot be fetched. */
  probeMs: ms(10 * SECOND),
  /** A provider's Retry-After delays the next look by no more than this. */
  lookRetryAfterMaxMs: ms(5 * MINUTE),
  /** What a model usually takes is measured anew after this. */
  usualMemoMs: ms(30 * SECOND),
  lastLookMs: ms(10 * MINUTE),
  cancelMs: ms(10 * MINUTE),
  lookRetryMs: ms(5 * SECOND),
  heartbeatMs: ms(20 * SECOND),
  stickyMs: ms(10 * SECOND),
  deliveryTimeoutMs: ms(15 * SECOND),
  /** The first try of a callback ends after this; a receiver that takes longer is asked again by the schedule. */
  firstTryMs: ms(3 * SECOND),
  /** A host whose receiver let a first try hang is given none for so long. */
  hungHostMs: ms(MINUTE),
  deliverySchedule: z
    .array(z.int().nonnegative())
    .min(1)
    .max(50)
    .default([...DELIVERY_SCHEDULE_MS]),
  /** A message that is still pending after this has lost its workflow; longer than its whole schedule. */
  deliveryOverdueMs: ms(6 * DAY),
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
  /** Jobs that the engine did not start are offered to it again after this pause, which doubles up to `startAgainMaxMs`. */
  startAgainMs: ms(SECOND / 4),
  startAgainMaxMs: ms(10 * SECOND),
  /** A process that starts a job has done so within this, or another one does it; longer than it takes for one claim. */
  startClaimMs: ms(30 * SECOND),
  sweepEveryMs: ms(MINUTE),
  sweepAgeMs: ms(30 * SECOND),
  sweepClosedMs: ms(10 * MINUTE),
  /** A step of the sweep begins no further row after this. */
  sweepStepMs: ms(10 * SECOND),
  /** Pause between two restarts of a job in review whose deadline is over. */
  reviewMs: ms(HOUR),
  /** A copy of a result is tried for this long; its workflow ends after 24 hours whatever is said here. */
  keepForMs: ms(23 * HOUR),
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
   * What runs may go on for this long after a stop was asked for and is then cut: looks, deliveries, copies, settles. A
   * submit in flight is never cut: it has `sendMs` + `recordMs`.
   */
  shutdownMs: ms(16 * SECOND),
  /** What was cut may tidy up for this long. */
  cutMs: ms(2 * SECOND),
  cadence: fields({
    firstLookShare: z.number().min(0).max(1).default(0.5),
    intervalMinMs: ms(2 * SECOND),
    intervalMaxMs: ms(30 * SECOND),
    intervalShare: z.number().positive().max(1).default(0.1),
  }).prefault({}),
});

const limitsSchema = fields({
  ...BOUND_LIMITS,
  replyBytesMax: count(16 * MIB),
  resultBytesMax: count(2048 * MIB),
  inputBytesMax: count(64 * MIB),
  excerptBytesMax: count(1024),
  sweepRows: z.int().positive().default(500),
  /** Rows that one step of the sweep works on at once; each may take a database connection. */
  sweepAtOnce: z.int().positive().default(20),
  lateLooks: count(20),
  /** Stored files that one sweep looks at. */
  sweepFiles: z.int().positive().default(1_000),
  /** First bytes of a result that are looked at before it counts as a video. */
  probeBytes: z
    .int()
    .min(16)
    .default(64 * 1024),
  restartsMax: count(3),
  /** A migration gives way to locks of others this often. */
  migrationTries: z.int().positive().default(MIGRATION_TRIES),
  /** Creates that one process works on at once; below `databaseConnections`, which the rest needs too. */
  createsAtOnce: z.int().positive().default(12),
  /** Starts of workflows that one process asks the engine for at once. */
  startsAtOnce: z.int().positive().default(20),
  /** Jobs that one process claims in one statement and then starts. */
  startsPerClaim: z.int().positive().default(100),
  /** Jobs that may wait for their start; while so many do, creates are refused with 503. */
  startsWaiting: z.int().positive().default(10_000),
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

/** How long something is kept after its job's end, in milliseconds; null or 0 = for ever. */
const kept = (fallback: number) =>
  z
    .int()
    .nonnegative()
    .nullable()
    .default(fallback)
    .transform((wait) => wait || null);

/** docs/retention.md says which rows and files each wait is about. */
const retentionSchema = fields({
  repliesMs: kept(30 * DAY),
  filesMs: kept(30 * DAY),
  callbacksMs: kept(30 * DAY),
  eventsMs: kept(90 * DAY),
  jobsMs: kept(90 * DAY),
});

const fileSchema = fields({
  channels: channelsSchema.default(DEFAULT_CATALOG.channels),
  models: modelsSchema.default(DEFAULT_CATALOG.models),
  waits: waitsSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  retention: retentionSchema.prefault({}),
  /** The proxies before this gateway: how many, or their addresses as Express's "trust proxy" takes them. */
  trustProxy: z.union([z.int().positive(), z.string().min(1)]).optional(),
});

export type FileConfig = z.infer<typeof fileSchema>;
export type FileConfigInput = z.input<typeof fileSchema>;
export type ChannelConfig = FileConfig['channels'][string];

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
  REELAY_PREPARED_STATEMENTS: z.enum(['on', 'off']).default('on'),
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
  /** The file that was read, for errors that the catalog finds; its text is empty where there is none. */
  source: Pick<ConfigFile, 'path' | 'text'>;
  environment: Environment;
  /** The environment that child processes get: our own, untouched. */
  childEnvironment: Readonly<Record<string, string | undefined>>;
  cacheFolder: string;
}

/** `overrides` wins over the file, entry by entry; commands use it for what their flags say. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
  overrides: FileConfigInput = {},
): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const environment = placedAt(ENVIRONMENT, () => check(environmentSchema, present));
  const path = environment.REELAY_CONFIG ?? 'reelay.config.json';
  const source = readFile(path, environment.REELAY_CONFIG !== undefined, env);
  const merged = merge(source.value, overrides);
  const config = placedAt(source, () => check(fileSchema, merged));
  return deepFreeze({
    ...config,
    source: { path, text: source.text },
    environment,
    childEnvironment: { ...env },
    cacheFolder: cacheFolder({
      given: environment.REELAY_CACHE,
      xdgCacheHome: environment.XDG_CACHE_HOME,
      home: homedir(),
    }),
  });
}

const ENVIRONMENT = { path: 'environment', text: '' };

function placedAt<T>(source: Config['source'], read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw placedError(error, { source });
  }
}

function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { path, text } = describeIssues(unknownFirst(result.error.issues));
  throw new ConfigError(path, text);
}

/** Returns the error with the line of the file, for whoever reads the config further; anything else as it is. */
export function placedError(error: unknown, { source }: Pick<Config, 'source'>): unknown {
  return error instanceof ConfigError ? placed(source, error) : error;
}

/** Objects merge, everything else is replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isPlain(base) || !isPlain(over)) return over;
  const keys = new Set([...Object.keys(base), ...Object.keys(over)]);
  return Object.fromEntries([...keys].map((key) => [key, merge(base[key], over[key])]));
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
