/** One HTTP exchange as data: providers and dialects describe them, `outbound` and `http` perform them. */

export type Headers = Record<string, string>;

export interface Call {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /**
   * The address of the call. `path` is relative to the channel's base URL, which only the operator writes; `url` came
   * out of somebody's reply and passes the egress guard. The difference is the trust decision.
   */
  target: { path: string } | { url: string };
  headers: Headers;
  body?: Uint8Array | string;
}

export interface Reply {
  status: number;
  /** Lower-case names. */
  headers: Headers;
  body: Uint8Array;
}

/**
 * Returns the body as JSON, or undefined where it is none (HTML from a proxy, half a document). A byte order mark
 * before it is passed over. Never throws.
 */
export function jsonOf({ body }: Pick<Reply, 'body'>): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}

export function jsonCall(
  method: Call['method'],
  path: string,
  body?: unknown,
  headers: Headers = {},
): Call {
  if (body === undefined) return { method, target: { path }, headers };
  return {
    method,
    target: { path },
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}
