import type { z } from 'zod';
import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import { SECRET } from './signature';

/**
 * The two forms of an account's credentials: the API key that Kling gives out since June 2026, which both wires take, and
 * the pair of before, which signs a token that the older wire alone takes. Beside either may stand a secret for callbacks.
 */

const PAIR = ['accessKey', 'secretKey'] as const;
const FORMS =
  'needs "apiKey", or, for an account of before June 2026, "accessKey" together with "secretKey"';

/** What a model of the newer wire needs, after "needs". */
export const API_KEY_ALONE =
  '"apiKey" in the credentials of its channel: "accessKey" and "secretKey" open the older models alone';

const optional = credential.optional();

/** The schema of a channel's credentials; an error says which of the two forms there are. */
export const credentials: z.ZodType<Record<string, string>> = fields({
  apiKey: optional,
  accessKey: optional,
  secretKey: optional,
  /** The secret of the console that callbacks are signed with. */
  webhookSecret: credential
    .refine((text) => SECRET.test(text) && text.length > 'whsec_'.length, {
      error: 'must be the secret as the console shows it, "whsec_" and base64',
    })
    .optional(),
})
  .check(({ value, issues }) => {
    const refuse = (message: string, ...path: string[]): void => {
      issues.push({ code: 'custom', input: undefined, message, path });
    };
    const missing = PAIR.filter((name) => value[name] === undefined);
    if (value.apiKey !== undefined) {
      if (missing.length < PAIR.length) refuse(`${FORMS}; it has both, so take one of them out`);
    } else if (missing.length === PAIR.length) refuse(FORMS);
    else if (missing[0] !== undefined) refuse('is required beside the other one', missing[0]);
  })
  .transform((value) =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
    ),
  );
