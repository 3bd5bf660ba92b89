import type { Headers } from '../provider/exchange';

/**
 * A provider says that something happened to the job whose callback has this token. The token of an attempt of that
 * provider is answered with JSON, every other one with false. The body is read only then: nobody's unknown token makes us
 * hold what comes with it.
 */
export type Hint = (message: {
  provider: string;
  token: string;
  headers: Headers;
  body(): Promise<Uint8Array>;
}) => Promise<{ answer: unknown } | false>;
