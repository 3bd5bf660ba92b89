import { z } from 'zod';
import {
  MEDIA_MAX,
  TEXT_LENGTH_MAX,
  URL_LENGTH_MAX,
  boolean,
  count,
  integer,
  list,
  media,
  object,
  prompt,
  readableId,
  text,
} from '../../core/json/fields';
import { inputKindOf, type InputKind } from '../../core/request/input-names';
import { told } from '../../core/json/told';
import { NOT_STORABLE, isStorable } from '../../core/text';
import { USAGE_GROUPS } from '../../core/money/usage';
import { GENERATE, LOG, REQUEST, SUMMARY } from './sentences';

/**
 * The words of MidSync's unified video API, in camel case. Every one that is not known is refused by name. Model limits
 * are not checked here: the catalog knows them and names the allowed values.
 */

const QUOTE_LENGTH_MAX = 300;

const request = {
  model: text(TEXT_LENGTH_MAX),
  prompt,
  duration: integer.optional(),
  resolution: text(TEXT_LENGTH_MAX).optional(),
  quality: text(TEXT_LENGTH_MAX).optional(),
  aspectRatio: text(TEXT_LENGTH_MAX).optional(),
  mode: text(TEXT_LENGTH_MAX).optional(),
  generateAudio: boolean.optional(),
  images: list(media, MEDIA_MAX).optional(),
  referenceVideoUrls: list(media, MEDIA_MAX).optional(),
  callbackUrl: text(URL_LENGTH_MAX).optional(),
  projectId: text(TEXT_LENGTH_MAX).optional(),
  fixedLens: boolean.optional(),
  nsfwChecker: boolean.optional(),
};

const INSTEAD: Readonly<Record<InputKind, string>> = {
  image: 'use images',
  last_frame: 'use images: the second of two is the last frame',
  video: 'use referenceVideoUrls',
  callback: 'use callbackUrl',
};
const meant = (name: string): string | undefined => {
  const kind = inputKindOf(name);
  return kind && INSTEAD[kind];
};

export const quoteBodySchema = object(told(request, REQUEST), meant);
export type QuoteBody = z.infer<typeof quoteBodySchema>;

export const generateBodySchema = object(
  told({ ...request, quoteId: text(QUOTE_LENGTH_MAX).optional() }, GENERATE),
  meant,
);
export type GenerateBody = z.infer<typeof generateBodySchema>;

const TIME = 'must be a date such as 2026-11-21, or a time such as 2026-11-21T12:00:00Z';
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DAY_MS = 86_400_000;
const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');
const YEAR_10000 = Date.parse('9999-12-31T00:00:00Z') + DAY_MS;

/**
 * Reads a UTC day (`2026-11-21`), or a time with its offset, as Unix milliseconds. A day as an end is the end of that
 * day. All of it lies in the years that are written with four digits: others are refused, since ISO 8601 and the
 * database spell them apart.
 */
const time = (edge: 'start' | 'end') =>
  z
    .union([z.iso.date({ error: TIME }), z.iso.datetime({ offset: true, error: TIME })])
    .transform((value) => Date.parse(value) + (edge === 'end' && DAY.test(value) ? DAY_MS : 0))
    .refine((at) => at >= YEAR_1, 'is before the year 1 in UTC')
    .refine((at) => at < YEAR_10000, 'does not end before the year 10000 in UTC');

const filter = {
  from: time('start').optional(),
  to: time('end').optional(),
  startDate: time('start').optional(),
  endDate: time('end').optional(),
  model: text(TEXT_LENGTH_MAX).refine(isStorable, NOT_STORABLE).optional(),
  key: readableId('a key').optional(),
};

export const ROWS_MAX = { json: 100, csv: 10_000 } as const;
/** The last row that a page may reach: the rows before a page are read as well. */
export const ROWS_REACH_MAX = 100_000;

export const logQuerySchema = z.strictObject(
  told(
    {
      ...filter,
      page: count(1, ROWS_REACH_MAX).default(1),
      limit: count(1, ROWS_MAX.csv).optional(),
      format: z.enum(['json', 'csv']).default('json'),
    },
    LOG,
  ),
);
export type LogQuery = z.infer<typeof logQuerySchema>;

export const summaryQuerySchema = z.strictObject(
  told(
    {
      ...filter,
      groupBy: z.enum(USAGE_GROUPS).default('day'),
      format: z.enum(['json', 'csv']).default('json'),
    },
    SUMMARY,
  ),
);
export type SummaryQuery = z.infer<typeof summaryQuerySchema>;
