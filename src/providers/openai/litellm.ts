import type { Reply } from '../../core/provider/exchange';
import { objectOf } from './schema';

/** What LiteLLM's proxy, which passes the calls of this wire on to a server behind it, has of its own. */

/**
 * Asks it to pass a create on once. It else repeats one whose answer it lost, by itself and twice, and a server behind it
 * makes a video each time. Nobody else reads the header.
 */
export const ONCE = { 'x-litellm-num-retries': '0' } as const;

/** The header of a create's reply that tells what the video costs, in dollars. A look has it no more. */
export const COST_HEADER = 'x-litellm-response-cost';

/** The type of the error by which it denies a key, with status 400, where it has no database to look one up. */
export const NO_KEYS = 'no_db_connection';

/**
 * Says whether two ids name one video. LiteLLM writes what it knows into its ids, `video_` and base64 of
 * `litellm:custom_llm_provider:openai;model_id:sora-2;video_id:video_1`, and knows the model at the create alone: a look
 * shows another id, in which the server behind has the same.
 */
export const isSameVideo = (one: string, other: string): boolean =>
  one === other || innermost(one) === innermost(other);

function innermost(id: string): string {
  const [, encoded] = /^video_([A-Za-z0-9+/_-]+={0,2})$/.exec(id) ?? [];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  return /^litellm:custom_llm_provider:[^;]*;model_id:[^;]*;video_id:(.+)$/s.exec(text)?.[1] ?? id;
}

/** The header of each of its replies, with its version (`1.106.12`) as the value. */
const VERSION_HEADER = 'x-litellm-version';

/**
 * Says whether an error of whatever status proves nothing. One for which LiteLLM went on to a fallback is that of the first
 * server alone, and an attribute that its own program misses, also in an answer to a create that was taken, becomes a 400.
 * A text after `OpenAIException - ` that is no answer of a server tells what LiteLLM met on the way to it or back.
 */
export function isNoProof(message: string, { headers }: Pick<Reply, 'headers'>): boolean {
  if (/\n\nLiteLLM: .*\bFallback (to|model group)\b/s.test(message)) return true;
  if (message.startsWith('Invalid request format: ')) return headers[VERSION_HEADER] !== undefined;
  return PASSED_ON.test(message) && answerBehind(message) === undefined;
}

/** How it begins what it says of a server behind it: `litellm.BadRequestError: OpenAIException - `. */
const PASSED_ON = /^litellm\.\w+: (?:[\w ]+: )?\w+Exception - /;

/**
 * Returns the answer of the server behind, which LiteLLM writes into the text of its own error, with that server's status:
 * `litellm.BadRequestError: OpenAIException - {"error": …}`. Undefined where the text has none.
 */
export function answerBehind(message: string): Readonly<Record<string, unknown>> | undefined {
  const [, json] =
    /^litellm\.\w+: (?:\w+: )?\w+Exception - (\{.*\})\s*(?:\n\nLiteLLM: .*)?$/s.exec(message) ?? [];
  try {
    return json === undefined ? undefined : objectOf(JSON.parse(json));
  } catch {
    return undefined;
  }
}
