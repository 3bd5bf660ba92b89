import type { z } from 'zod';
import { nearest } from '../json/known-fields';
import { describeIssues } from '../json/parse';
import { ConfigError } from './config-error';

type Issue = z.core.$ZodIssue;

/**
 * Reads every issue that a schema made of `fields` has with an operator's value, one error for each name and value that
 * is wrong, those of unknown names first. A missing field is left out where an unknown one beside it was meant for it.
 */
export function configErrors(issues: readonly Issue[], at: readonly PropertyKey[]): ConfigError[] {
  const unknown = issues.flatMap(unknownNames);
  const others = issues
    .filter(({ code }) => code !== 'unrecognized_keys')
    .map((issue) => ({ issue, ...describeIssues([issue]) }))
    .filter(({ issue, path }) => !(isMissing(issue) && isMeant(path, unknown)));
  const all = new Map<string, Entry>();
  for (const { path, text } of [...unknown, ...others]) {
    const place = path.join('.');
    if (!all.has(place)) all.set(place, { path, text });
  }
  return [...all.values()].map(({ path, text }) => new ConfigError([...at, ...path], text));
}

interface Entry {
  path: readonly PropertyKey[];
  text: string;
}

/** The message of such an issue has a line for each name, in their order. */
function unknownNames(issue: Issue): Entry[] {
  if (issue.code !== 'unrecognized_keys') return [];
  const lines = issue.message.split('\n');
  return issue.keys.map((key, index) => ({
    path: [...issue.path, key],
    text: lines[index] ?? 'is not a known field',
  }));
}

const isMissing = (issue: Issue): boolean => issue.message.startsWith('is required');

function isMeant(missing: readonly PropertyKey[], unknown: readonly Entry[]): boolean {
  const parent = missing.slice(0, -1).join('.');
  const name = String(missing.at(-1));
  return unknown.some(
    ({ path }) =>
      path.slice(0, -1).join('.') === parent && nearest(String(path.at(-1)), [name]) === name,
  );
}
