import { ROOT_CONTEXT, TraceFlags, defaultTextMapGetter, trace } from '@opentelemetry/api';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { TraceState, W3CTraceContextPropagator, parseTraceParent } from '@opentelemetry/core';
import type { TraceContext } from '../core/job/trace';
import type { Headers } from '../core/provider/exchange';

/** W3C's trace context, between headers, rows and OpenTelemetry's own form. */

const propagator = new W3CTraceContextPropagator();

/** Reads the caller's context; an empty one, which begins a trace, where there is none or it is malformed. */
export const contextOfHeaders = (
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Context => propagator.extract(ROOT_CONTEXT, headers, defaultTextMapGetter);

/** Returns the context below a span of this process. */
export const below = (span: Span): Context => trace.setSpan(ROOT_CONTEXT, span);

/** Returns the headers that carry a span's context on: `traceparent`, and `tracestate` where there is one. */
export function headersOf(span: Span): Headers {
  const context = span.spanContext();
  return { traceparent: traceparentOf(context), ...stateOf(context) };
}

/** Makes what a job's row keeps: its span is to have the id `spanId`, below `span`. */
export function carriedBelow(span: Span, spanId: string): TraceContext {
  const above = span.spanContext();
  const traceparent = traceparentOf({ ...above, spanId });
  return { traceparent, ...stateOf(above), above: above.spanId };
}

/** Returns the span of the whole job that a row keeps; undefined where the row's text is none. */
export function jobSpanOf(carried: TraceContext): SpanContext | undefined {
  const read = parseTraceParent(carried.traceparent);
  if (!read) return undefined;
  const { tracestate } = carried;
  const state = tracestate === undefined ? {} : { traceState: new TraceState(tracestate) };
  return { ...read, ...state, isRemote: true };
}

/** Returns the context below a span of whatever process. */
export const belowRemote = (span: SpanContext): Context => trace.setSpanContext(ROOT_CONTEXT, span);

function stateOf({ traceState }: SpanContext): { tracestate?: string } {
  const tracestate = traceState?.serialize();
  return tracestate ? { tracestate } : {};
}

function traceparentOf({ traceId, spanId, traceFlags }: SpanContext): string {
  const isSampled = (traceFlags & TraceFlags.SAMPLED) !== 0;
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
