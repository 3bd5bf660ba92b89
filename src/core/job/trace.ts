/**
 * The place of a job in a trace, as its row keeps it for days and across crashes. Whoever works for the job, in whatever
 * process, adds spans below it.
 */
export interface TraceContext {
  /** W3C's header, which names the span of the whole job: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. */
  traceparent: string;
  /** W3C's header as the caller sent it, where there was one: `vendor=value`. */
  tracestate?: string;
  /** The id of the span above the whole job: its create's. */
  above: string;
}
