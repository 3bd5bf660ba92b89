/**
 * The kit holds what every provider would otherwise copy, and nothing that only one of them needs:
 *
 * - `refusal.ts`: what an error proves about a submit (`BUSY`, `FULL`, `DENIED`, `INVALID`, `POLICY`, `'unknown'`), and the
 *   reading made of it;
 * - `looks.ts`: the readings of a look that shows no end of a job;
 * - `trial.ts`: what the reply to a trial says of a channel;
 * - `words.ts`: a vendor's ids, codes and texts, checked or cut before they go into rows and logs;
 * - `inline.ts`: a file that is sent inside a request;
 * - `callback-address.ts`: where a vendor calls back that takes HTTPS alone;
 * - `shapes.ts`: the modes and sizes of a table of models;
 * - `multipart.ts`: a request that is a form;
 * - `standard-webhooks.ts`: callbacks that are signed as a public standard says.
 *
 * It knows no vendor. What a code, a status or a path means stays in the provider's own folder.
 */
export { overHttps } from './callback-address';
export { base64Of, dataUrlOf } from './inline';
export { denied, gone, isSuccess, running, runningAs, transient } from './looks';
export { formCall, type Part } from './multipart';
export {
  BUSY,
  DENIED,
  doubtful,
  FULL,
  INVALID,
  POLICY,
  refused,
  type Meaning,
  type Refused,
} from './refusal';
export { modeAt, sizesBy, wide } from './shapes';
export { isSignedWebhook, WEBHOOK_SECRET, webhookSignature } from './standard-webhooks';
export { trialOf } from './trial';
export { identifier, wordsOf, type Words } from './words';
