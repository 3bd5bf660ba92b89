import { z } from 'zod';
import { fields } from '../core/json/known-fields';
import { amount } from './price-schema';
import { required, webUrl } from './schema-kit';

const SECRET = 'a secret: whsec_ and the base64 of 24 to 64 random bytes, such as ${ALERTS_SECRET}';

const FORM = /^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/;

/** The schema of where an operator is told of budgets and balances. */
export const alertsSchema = fields({
  url: webUrl.describe('Where alerts are posted, by the rules of callback URLs.'),
  secret: z
    .string({ error: required(SECRET) })
    // No pattern of the published schema: what stands in a file is a reference, and an editor would call it wrong.
    .refine((text) => FORM.test(text), `must be ${SECRET}`)
    .describe(
      'What alerts are signed with, as a reference: `${ALERTS_SECRET}`. It begins with `whsec_`.',
    ),
  lowBalance: amount
    .optional()
    .describe(
      'Points: a workspace that has less available is told of, once until it has more again.',
    ),
}).describe('Messages to the operator when budgets are used up by 50, 80 and 100 percent.');
