import type { z } from 'zod';
import { GatewayError } from './errors';

/**
 * Parses at a door. A failure is one `invalid_request` that names the field in the caller's spelling and the allowed
 * values; `describe` may add what a schema cannot know.
 */
export function parseOrThrow<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = deepest(result.error.issues);
  const param = issue.path.map(String).join('.');
  throw new GatewayError('invalid_request', {
    ...(param || issue.unknown ? { param: issue.unknown ?? param } : {}),
    message: `${issue.unknown ?? (param || 'body')}: ${issue.text}`,
  });
}

interface Reading {
  path: PropertyKey[];
  text: string;
  unknown?: string;
}

function deepest(issues: readonly z.core.$ZodIssue[]): Reading {
  const issue = issues[0];
  if (!issue) return { path: [], text: 'is not valid' };
  return read(issue);
}

function read(issue: z.core.$ZodIssue): Reading {
  switch (issue.code) {
    case 'unrecognized_keys': {
      const unknown = [...issue.path.map(String), issue.keys[0] ?? ''].join('.');
      return { path: issue.path, text: 'is not a known field', unknown };
    }
    case 'invalid_value':
      return {
        path: issue.path,
        text: `has a value that is not allowed. Allowed: ${issue.values.map(String).join(', ')}.`,
      };
    case 'invalid_union': {
      // The branch that got furthest says most about what the caller meant.
      const branches = issue.errors.filter((branch) => branch.length > 0).map((b) => deepest(b));
      const best = branches.sort((a, b) => b.path.length - a.path.length)[0];
      return best && best.path.length > 0
        ? { ...best, path: [...issue.path, ...best.path] }
        : { path: issue.path, text: branches.map((branch) => branch.text).join(', or ') };
    }
    default:
      return { path: issue.path, text: lowerFirst(issue.message) };
  }
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
