import type { z } from 'zod';
import { GatewayError, type FieldProblem } from '../errors';
import { isRecord } from './fields';
import { REPEATED } from './json-repeats';
import { plainIssue } from './plain-issue';

/**
 * Parses at an endpoint. A failure is one `invalid_request` that names the field in the caller's spelling and the
 * allowed values; of a body (`place`) it lists every other wrong field as well.
 */
export function parseOrThrow<T>(
  schema: z.ZodType<T>,
  value: unknown,
  place: 'body' | 'query' = 'body',
): T {
  const result = schema.safeParse(value, { error: plainIssue });
  if (result.success) return result.data;
  const { field, text: said } = describeIssues(result.error.issues);
  const text = place === 'query' && isRepeated(value, result.error.issues) ? REPEATED : said;
  throw new GatewayError('invalid_request', {
    ...(field === '' ? {} : { param: field }),
    message: `${field || 'body'}: ${text}`,
    ...(place === 'body' ? { fields: problemsOf(result.error.issues) } : {}),
  });
}

/** Says of a query whether what is wrong is that a parameter is there more than once, which is a list to the schema. */
function isRepeated(query: unknown, [issue]: readonly z.core.$ZodIssue[]): boolean {
  const name = issue?.path[0];
  if (!isRecord(query) || typeof name !== 'string' || !Array.isArray(query[name])) return false;
  // One that may be repeated is refused for what is in it.
  return ['invalid_type', 'invalid_value', 'invalid_union'].includes(issue?.code ?? '');
}

/**
 * Returns the first thing that is wrong: the field as a dotted path, empty for the whole, and one sentence about it.
 */
export function describeIssues(issues: readonly z.core.$ZodIssue[]): {
  field: string;
  path: readonly PropertyKey[];
  text: string;
} {
  const { path, texts, allowed } = first(issues);
  return { field: namesOf(path).join('.'), path, text: textOf({ texts, allowed }) };
}

/** Fields that one answer names at most. */
const PROBLEMS_MAX = 50;

/** Lists every field that is wrong, in the order of the schema; of one with several unknown names, each name. */
function problemsOf(issues: readonly z.core.$ZodIssue[]): FieldProblem[] {
  return issues.flatMap(eachOf).slice(0, PROBLEMS_MAX).map(problemOf);
}

function eachOf(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'unrecognized_keys') return [issue];
  const lines = issue.message.split('\n');
  return issue.keys.map((key, index) => ({
    ...issue,
    keys: [key],
    message: lines[index] ?? issue.message,
  }));
}

function problemOf(issue: z.core.$ZodIssue): FieldProblem {
  const { path, texts, allowed } = read(issue);
  const known = allowed.length > 0 ? 'not_allowed' : 'invalid';
  const code = issue.code === 'unrecognized_keys' ? 'unknown_field' : known;
  return { path: namesOf(path), code, message: textOf({ texts, allowed }) };
}

const namesOf = (path: readonly PropertyKey[]): string[] =>
  path.map((part) => String(part).slice(0, NAME_LENGTH_MAX));

function textOf({ texts, allowed }: Omit<Reading, 'path'>): string {
  const values = allowed.length > 0 ? [`${NOT_ALLOWED} Allowed: ${allowed.join(', ')}.`] : [];
  return [...texts, ...values].join(', or ');
}

/** A name of megabytes is the caller's; an answer of megabytes would be ours. */
const NAME_LENGTH_MAX = 100;
const UNKNOWN = 'is not a known field';
const NOT_ALLOWED = 'has a value that is not allowed.';

interface Reading {
  path: readonly PropertyKey[];
  texts: readonly string[];
  /** Empty when the allowed values are no closed set. */
  allowed: readonly string[];
}

function first(issues: readonly z.core.$ZodIssue[]): Reading {
  const [issue] = issues;
  return issue ? read(issue) : { path: [], texts: ['is not valid'], allowed: [] };
}

function read(issue: z.core.$ZodIssue): Reading {
  const { path } = issue;
  switch (issue.code) {
    case 'unrecognized_keys':
      return {
        path: [...path, ...issue.keys.slice(0, 1)],
        texts: [issue.message.startsWith('Unrecognized key') ? UNKNOWN : firstLine(issue.message)],
        allowed: [],
      };
    case 'invalid_value':
      return { path, texts: [], allowed: issue.values.map(String) };
    case 'invalid_union':
      return readUnion(issue);
    default:
      return { path, texts: [lowerFirst(issue.message)], allowed: [] };
  }
}

/**
 * Reads the issue of a union. The branch that got furthest, and among those the one with the least wrong, says most
 * about what the caller meant; branches that failed at once are all named.
 */
function readUnion(issue: z.core.$ZodIssueInvalidUnion): Reading {
  const { path } = issue;
  const branches = issue.errors
    .filter((branch) => branch.length > 0)
    .toSorted((a, b) => a.length - b.length)
    .map(first);
  // The sort is stable: fewer issues first stays so within one depth.
  const [best] = branches.toSorted((a, b) => b.path.length - a.path.length);
  // A union that goes by one field has no branches to tell of, but knows its values.
  if (!best) return { path, texts: [], allowed: optionsOf(issue) };
  if (best.path.length > 0) return { ...best, path: [...path, ...best.path] };
  return {
    path,
    texts: [...new Set(branches.flatMap(({ texts }) => texts))],
    allowed: [...new Set(branches.flatMap(({ allowed }) => allowed))],
  };
}

function optionsOf(issue: z.core.$ZodIssueInvalidUnion): string[] {
  const options: unknown = 'options' in issue ? issue.options : undefined;
  return Array.isArray(options) ? options.map(String) : [issue.message];
}

/** A schema of `fields` tells each unknown name on a line of its own. */
const firstLine = (text: string): string => text.split('\n', 1).join('');

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
