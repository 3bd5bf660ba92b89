import { z } from 'zod';
import type { Failure } from '../../core/errors';
import { isStorable } from '../../core/text';

/** A vendor's own code and text of a failure, and the HTTP status they came with. */
export type Words = NonNullable<Failure['provider']>;

/** The longest id that is taken, above what any vendor's is long. */
const ID_LENGTH_MAX = 1_000;

/** `..` is a step in a path, also where it is percent-encoded. */
const STEP = /^\.{1,2}$/;

/**
 * The schema of a vendor's id of a job, `cgt-20261121120000-a1b2c`, in replies, callbacks and operations alike: one that
 * was taken is never refused later. An id that rows would hold as another text, or that no path can name, would be asked
 * for in vain, so a submit that shows one is in doubt: the job is looked for, never made twice (P1 "one submit").
 */
export const identifier = z
  .string()
  .min(1)
  .max(ID_LENGTH_MAX)
  .refine((id) => isStorable(id) && !STEP.test(id));

/** A vendor's texts and words go into rows and logs; they are cut there. */
const TEXT_LENGTH_MAX = 500;
const WORD_LENGTH_MAX = 100;

/** Returns a code or a status word of a vendor's as far as it is kept. */
export const cutWord = (word: string): string => word.slice(0, WORD_LENGTH_MAX);

/** Returns a vendor's code and text as far as they are kept; what is absent or empty is left out. */
export function wordsOf(code: string | undefined, text: string | undefined): Words {
  return {
    ...(code ? { code: cutWord(code) } : {}),
    ...(text ? { message: text.slice(0, TEXT_LENGTH_MAX) } : {}),
  };
}
