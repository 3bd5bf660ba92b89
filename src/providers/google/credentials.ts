import { z } from 'zod';
import { fields } from '../../core/json/known-fields';
import { credential } from '../../core/provider/credential';
import { readKeyFile } from './bearer';

/**
 * The two forms of credentials: a key of the Gemini API, and the key file of a service account for Vertex AI, most often
 * by `${file:...}`. The key file is a text of many lines, so that it has rules of its own; no error shows any of it.
 */

const serviceAccount = z
  .string({ error: 'must be the JSON text of a key file, as a string' })
  .check(({ value, issues }) => {
    try {
      readKeyFile(value);
    } catch (error) {
      const message = error instanceof Error ? error.message : 'cannot be read';
      issues.push({ code: 'custom', input: undefined, message });
    }
  });

/** The schema of a channel's credentials: one of the two, or both for an address that opens to either. */
export const credentials: z.ZodType<Record<string, string>> = fields({
  apiKey: credential.optional(),
  serviceAccount: serviceAccount.optional(),
})
  .check(({ value, issues }) => {
    if (value.apiKey !== undefined || value.serviceAccount !== undefined) return;
    const message =
      'needs "apiKey" for the Gemini API, or "serviceAccount" (the text of a key file) for Vertex AI';
    issues.push({ code: 'custom', input: undefined, message });
  })
  .transform((value) =>
    Object.fromEntries(
      Object.entries(value).flatMap(([name, text]) => (text === undefined ? [] : [[name, text]])),
    ),
  );
