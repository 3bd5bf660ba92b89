import { BUSY, DENIED, FULL, INVALID, POLICY, type Meaning, type Refused } from '../kit';
import { NO_KEYS } from './litellm';

/**
 * What the words of an error prove, of OpenAI's own page and of the servers that took its shape over. Code and type are
 * looked at first, the text where they say nothing, the HTTP status last.
 */
const CODES: readonly (readonly [RegExp, Meaning])[] = [
  [/moderation|content_policy|content_filter|content_rejected|sentinel_block/, POLICY],
  [/policy_violation|safety_violation|sensitive_content/, POLICY],
  [/insufficient_(user_)?quota|insufficient_balance|billing|budget_exceeded/, DENIED],
  [/quota_(exceeded|exhausted)|account_(deactivated|suspended)|pre_consume/, DENIED],
  [/invalid_api_key|authentication|permission|unauthorized|access_denied|forbidden/, DENIED],
  [/model_(not_found|not_available|access_denied|mapping_failed|price_error)/, DENIED],
  [/deployment_?not_?found|channel_not_found|task_channel_disable/, DENIED],
  [new RegExp(NO_KEYS), DENIED],
  [/concurren|too_many_(running|active)/, FULL],
  [/rate_?limit|too_many_requests|overloaded/, BUSY],
  [/^do_request_failed|^read_response_body_failed|^internal|^server_error|^api_error/, 'unknown'],
];

const TEXTS: readonly (readonly [RegExp, Meaning])[] = [
  [/moderation|content polic|safety system|usage polic/i, POLICY],
  [/exceeded your current quota|insufficient (quota|balance|credits?)|billing/i, DENIED],
  [/\bmodel\b.*\b(not found|does not exist|not served|not available)/i, DENIED],
  // vLLM-Omni's, which serves one model.
  [/^model mismatch\b/i, DENIED],
  [/\binvalid model name\b/i, DENIED],
  [/too many (running|active|concurrent)|concurren(t|cy)/i, FULL],
];

/**
 * The codes under which new-api passes on whatever the vendor behind it refused, with a status for a wrong request: Kling's
 * every refusal is `task_failed`, and `fail_to_fetch_task` has the vendor's own answer as its text.
 */
const RELAYED: readonly string[] = ['task_failed', 'fail_to_fetch_task'];

/** What such a refusal says, in Kling's words. */
const RELAYED_TEXTS: readonly (readonly [RegExp, Meaning])[] = [
  [/parallel task/i, FULL],
  [/too many requests|try later|temporarily unavailable/i, BUSY],
  [/security policy|platform policy|risk control/i, POLICY],
  [/\b(balance|arrears|depleted|authorization|authentication|permission|whitelist)\b/i, DENIED],
  [/invalid request param|\bvalue\b.*\bis invalid\b/i, INVALID],
];

/** The vendor behind one gateway has refused, for a reason that says nothing to us: another channel may serve. */
const ELSEWHERE: Refused = { scope: 'channel', code: 'provider_error' };

/** What a status proves by itself. Any other proves nothing. 415: the server does not take our kind of body. */
const STATUSES: Readonly<Record<number, Meaning>> = {
  400: INVALID,
  401: DENIED,
  402: DENIED,
  403: DENIED,
  404: DENIED,
  413: INVALID,
  415: DENIED,
  422: INVALID,
  429: BUSY,
};

/** What an error says: its code and its type in lower case, and its text. */
export interface ErrorWords {
  code: string;
  type: string;
  message: string;
}

/** Returns what an error proves about a submit. */
export function meaningOf(words: ErrorWords, status: number): Meaning {
  const byStatus = STATUSES[status] ?? 'unknown';
  if (byStatus === 'unknown') return 'unknown';
  const known = documentedMeaning(words);
  if (byStatus === INVALID && RELAYED.includes(words.code)) {
    return firstOf(RELAYED_TEXTS, words.message) ?? known ?? ELSEWHERE;
  }
  // An answer of 400 that speaks of limits is about the request; only a 429 passes by waiting.
  if (known !== undefined && known !== 'unknown' && known.scope === 'retry' && status !== 429) {
    return byStatus;
  }
  return known ?? byStatus;
}

/** Returns what code, type or text say by themselves; undefined where they say nothing that we know. */
export function documentedMeaning({ code, type, message }: ErrorWords): Meaning | undefined {
  return firstOf(CODES, code) ?? firstOf(TEXTS, message) ?? firstOf(CODES, type);
}

const firstOf = (table: typeof CODES, text: string): Meaning | undefined =>
  text === '' ? undefined : table.find(([pattern]) => pattern.test(text))?.[1];
