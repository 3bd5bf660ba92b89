/** What a call of the client throws: an answer that is no success, or no answer after the last try. */
export class ReelayError extends Error {
  /** The status of the answer; absent where none came. */
  readonly status: number | undefined;
  /** Reelay's code of the error (`invalid_request`), or `no_answer`. */
  readonly code: string;
  /** The field that is wrong, where it is one field. */
  readonly param: string | undefined;
  /** Names the request in the gateway's log; absent where no answer came. */
  readonly requestId: string | undefined;

  constructor(message: string, facts: ErrorFacts) {
    super(message, facts.cause === undefined ? {} : { cause: facts.cause });
    this.name = 'ReelayError';
    this.status = facts.status;
    this.code = facts.code;
    this.param = facts.param;
    this.requestId = facts.requestId;
  }
}

interface ErrorFacts {
  code: string;
  status?: number | undefined;
  param?: string | undefined;
  requestId?: string | undefined;
  cause?: unknown;
}

/** Reads the error of an answer. A body that is not Reelay's, such as a proxy's page, gives `unexpected_answer`. */
export async function errorOf(response: Response): Promise<ReelayError> {
  const text = await response.text().catch(() => '');
  const error = wordsOf(text);
  const requestId = response.headers.get('x-request-id') ?? undefined;
  const { status } = response;
  const message = error.message ?? `The answer was ${String(status)}.`;
  const code = error.code ?? 'unexpected_answer';
  return new ReelayError(message, { status, code, param: error.param, requestId });
}

type Words = Partial<Record<'message' | 'code' | 'param', string>>;

function wordsOf(text: string): Words {
  try {
    const { error } = JSON.parse(text) as { error?: Record<string, unknown> };
    const said = Object.entries(error ?? {}).filter(([, value]) => typeof value === 'string');
    return Object.fromEntries(said);
  } catch {
    return {};
  }
}
