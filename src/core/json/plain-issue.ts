import { z } from 'zod';
import { unknownEach } from './known-fields';

/**
 * Says in our words what is wrong with a field whose schema has no word of its own for it: `is required`, `must be an
 * object`, `is below 1`, and which names there are beside an unknown one. Undefined where zod's word has to do.
 */
export const plainIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.inst instanceof z.ZodObject
        ? unknownEach(issue.keys, Object.keys(issue.inst.shape))
        : undefined;
    case 'invalid_type':
      return issue.input === undefined
        ? 'is required'
        : `must be ${NOUNS[issue.expected] ?? issue.expected}`;
    case 'too_small':
      return tooSmall(issue.origin, Number(issue.minimum), issue.inclusive);
    case 'too_big':
      return tooBig(issue.origin, Number(issue.maximum), issue.inclusive);
    default:
      return undefined;
  }
};

/** What a value must be, by zod's name of it. */
const NOUNS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
};

function tooSmall(origin: string, least: number, isInclusive = true): string {
  if (origin === 'string') {
    return least === 1 ? 'is empty' : `is shorter than ${String(least)} characters`;
  }
  if (origin === 'array') return `has fewer than ${String(least)} items`;
  return isInclusive ? `is below ${String(least)}` : `must be above ${String(least)}`;
}

function tooBig(origin: string, most: number, isInclusive = true): string {
  if (origin === 'string') return `is longer than ${String(most)} characters`;
  if (origin === 'array') return `has more than ${String(most)} items`;
  return isInclusive ? `is above ${String(most)}` : `must be below ${String(most)}`;
}
