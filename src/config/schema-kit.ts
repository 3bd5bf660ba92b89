import { z } from 'zod';
import { isStorable } from '../core/text';

/** Parts of the config's schemas that say what is wrong in plain words. */

/** Says that a value is missing or another, as in `is required: the name of a provider`. */
export function required(what: string) {
  return (issue: { input?: unknown }): string =>
    issue.input === undefined ? `is required: ${what}` : `must be ${what}`;
}

/** Makes the schema of a whole number, of which every fault is told in the same words. */
export const whole = (error: string, least = 1, most = Number.MAX_SAFE_INTEGER) =>
  z.int({ error }).min(least, { error }).max(most, { error });

const WEIGHT = 'must be a number above 0 and up to 1000';
export const weight = z.number(WEIGHT).positive(WEIGHT).max(1_000, WEIGHT);

export const jobs = whole('must be a whole number of jobs');
export const yesOrNo = z.boolean({ error: 'must be true or false' });
export const text = (what: string) => z.string({ error: required(what) });
export const webUrl = z.url({ protocol: /^https?$/, error: urlError });

function urlError(issue: { input?: unknown }): string {
  return issue.input === undefined ? 'is required' : 'must be an http(s) URL';
}

/** Makes the schema of a list of texts that is not empty. */
export const names = (what: string) =>
  z
    .array(z.string({ error: `must be a list of ${what}` }), { error: `must be a list of ${what}` })
    .min(1, 'must name at least one');

/** Refuses names that no row, header or log line can hold. */
export function checkNames({ value, issues }: z.core.ParsePayload<Record<string, unknown>>): void {
  for (const name of Object.keys(value).filter(
    (one) => !isStorable(one) || /[\x00-\x1f\x7f]/.test(one) || one.trim() === '',
  )) {
    const message = 'has a name that is blank or has characters that cannot be kept';
    issues.push({ code: 'custom', input: value, path: [name], message });
  }
}

type Refuse = (field: string, text: string) => void;

/** The forms of each schema that `oneOf` made, for whoever describes them: the library cannot look into it. */
export const FORMS = new WeakMap<z.core.$ZodType, readonly z.ZodType[]>();

/** A union that goes by what the value says of itself, so that an error speaks of the form that was meant. */
export function oneOf<Form extends z.ZodType>(
  forms: readonly Form[],
  choose: (value: Record<string, unknown>, refuse: Refuse) => Form | undefined,
  inWords = 'must be an object',
) {
  const schema = z.unknown().transform((value, context) => {
    const refuse = (path: PropertyKey[], message: string): never => {
      context.issues.push({ code: 'custom', input: value, path, message });
      return z.NEVER;
    };
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return refuse([], inWords);
    // Sound: an object that is no list has names.
    const given = value as Record<string, unknown>;
    const form = choose(given, (field, said) => refuse([field], said));
    if (!form) return z.NEVER;
    const read = form.safeParse(given);
    if (read.success) return read.data;
    for (const { path, ...issue } of read.error.issues) {
      context.issues.push({ ...issue, path: [...path], input: value } as z.core.$ZodRawIssue);
    }
    return z.NEVER;
  });
  FORMS.set(schema, forms);
  // What the forms give and take.
  return schema as unknown as z.ZodType<z.output<Form>, z.input<Form>>;
}
