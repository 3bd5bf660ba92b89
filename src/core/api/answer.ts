export interface Answer {
  status: number;
  headers?: Record<string, string>;
  /** Objects are sent as JSON, strings and bytes as they are, streams piped; undefined = no body. */
  body?: unknown;
  stream?: AsyncIterable<Uint8Array>;
  /** Server-sent events as they go over the wire, each text at once: `event: video.queued\ndata: {}\n\n`. */
  events?: AsyncIterable<string>;
}

/**
 * An answer that is still to come. By then the request's body is forgotten, so that held requests cost no memory:
 * `later` must hold on to no part of it.
 */
export interface LateAnswer {
  later(): Promise<Answer>;
}
