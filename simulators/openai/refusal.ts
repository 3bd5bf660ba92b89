import type { SimulatedReply } from '../contract';
import type { Refusal } from '../kit/refusal';
import { passedOn } from './litellm';
import { MANNERS, serverOf } from './servers';

/** Makes the refusal of one field in OpenAI's words: `Invalid value for 'size'`. */
export const invalid = (param: string, text: string, code = 'invalid_value'): Refusal => ({
  status: 400,
  code,
  message: `Invalid value for '${param}': ${text}`,
  param,
});

export const unknownModel = (model: string): Refusal => ({
  status: 404,
  code: 'model_not_found',
  message: `The model '${model}' does not exist or you do not have access to it.`,
  param: 'model',
});

export const notFound = (id: string): Refusal => ({
  status: 404,
  code: '',
  message: `Video with id '${id}' not found.`,
});

export const NO_KEY: Refusal = {
  status: 401,
  code: '',
  message: "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.",
};

const TYPES: Readonly<Record<number, string>> = {
  429: 'rate_limit_error',
  500: 'server_error',
};

/** vLLM has the phrase of the status as the type. */
const PHRASES: Readonly<Record<number, string>> = {
  401: 'Unauthorized',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Unprocessable Entity',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** Writes a refusal in the shape of the account's server. */
export function refuse({ status, code, message, param }: Refusal, account = ''): SimulatedReply {
  const type = TYPES[status] ?? 'invalid_request_error';
  const error = { message, type, param: param ?? null, code: code === '' ? null : code };
  const server = serverOf(account);
  switch (MANNERS[server].errors) {
    case 'detail':
      return { status, body: { detail: message } };
    case 'status': {
      const phrase = PHRASES[status] ?? 'Bad Request';
      return { status, body: { error: { message, type: phrase, param: null, code: status } } };
    }
    case 'code':
      return code === ''
        ? { status, body: { error } }
        : { status, body: { code, message, data: null } };
    case 'passed-on':
      return { status, body: passedOn(status, { error }) };
    case 'error':
      return { status, body: { error } };
  }
}
