/** What a status word means. */
export type Phase = 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' | 'expired';

/**
 * The status words of the servers, in lower case: OpenAI has four of them, and what follows those was seen elsewhere.
 * `deleted` is SGLang's for a record that somebody with our key has taken away.
 */
export const STATUS_WORDS: Readonly<Record<string, Phase>> = {
  queued: 'queued',
  in_progress: 'running',
  completed: 'succeeded',
  failed: 'failed',

  pending: 'queued',
  submitted: 'queued',
  created: 'queued',
  not_start: 'queued',
  processing: 'running',
  running: 'running',
  generating: 'running',
  complete: 'succeeded',
  succeeded: 'succeeded',
  success: 'succeeded',
  failure: 'failed',
  error: 'failed',
  cancelled: 'canceled',
  canceled: 'canceled',
  deleted: 'canceled',
  expired: 'expired',
};

/** Returns what a word means; undefined for one that is new to us. */
export const phaseOf = (word = ''): Phase | undefined =>
  Object.hasOwn(STATUS_WORDS, word) ? STATUS_WORDS[word] : undefined;
