import type { SimulatedJob } from '../contract';
import { serverOf } from './servers';

/**
 * LiteLLM's proxy as version 1.106 was seen to answer: it writes into an id what it knows, which at a look is less than at
 * the create, tells seconds and cost at the create alone, and passes on what the server behind it refuses inside its own
 * error.
 */

/** Returns the id as it is shown, by the model where that is known. */
export function litellmId({ id }: Pick<SimulatedJob, 'id'>, model = ''): string {
  const all = `litellm:custom_llm_provider:openai;model_id:${model};video_id:${id}`;
  return `video_${Buffer.from(all).toString('base64')}`;
}

/** Returns the id that a job has here, of one that was shown. */
export function recordId(account: string, shown: string): string {
  if (serverOf(account) !== 'litellm') return shown;
  const text = Buffer.from(shown.replace(/^video_/, ''), 'base64').toString('utf8');
  return /;video_id:(.+)$/.exec(text)?.[1] ?? shown;
}

/** Dollars for a second of the models that LiteLLM's list of prices has, as it wrote them. */
const PER_SECOND: Readonly<Record<string, number>> = { 'sora-2': 0.1, 'sora-2-pro': 0.3 };

/** Returns the headers of a create's reply: none of a model without a price. */
export function costHeaders(model: string, seconds: number): Record<string, string> {
  const perSecond = PER_SECOND[model];
  return perSecond === undefined
    ? {}
    : { 'x-litellm-response-cost': (perSecond * seconds).toFixed(1) };
}

const CLASSES: Readonly<Record<number, string>> = {
  401: 'AuthenticationError: AuthenticationError',
  404: 'NotFoundError',
  429: 'RateLimitError: RateLimitError',
  500: 'InternalServerError: InternalServerError',
};

const TYPES: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'throttling_error',
  500: 'internal_server_error',
};

/** Wraps the error of the server behind. */
export function passedOn(status: number, body: unknown): unknown {
  const name = CLASSES[status] ?? 'BadRequestError';
  const end =
    "LiteLLM: model group 'video' failed with the error above. No fallback was attempted.";
  return {
    error: {
      message: `litellm.${name}: OpenAIException - ${JSON.stringify(body)}\n\n${end}`,
      type: TYPES[status] ?? 'invalid_request_error',
      param: null,
      code: String(status),
    },
  };
}
