import { AsyncLocalStorage } from 'node:async_hooks';
import type { Span, SpanKind } from '@opentelemetry/api';
import type { Facts } from '../core/ports/traces';

/** What runs now: one exchange of the API, or one step of a job. Its span is made when it is known whose trace it is in. */
export interface Scope {
  name: string;
  kind: SpanKind;
  /** Unix milliseconds. */
  startedAt: number;
  span: Span | undefined;
  /** Attributes that came before the span. */
  facts: Facts;
  /** Ends of the spans below it, which are told only if it is; undefined = they are told at once. */
  held: (() => void)[] | undefined;
  isTold: boolean;
  /** It called somebody, which is told also where it then waits. */
  hasCalled: boolean;
}

const running = new AsyncLocalStorage<Scope>();

export const currentScope = (): Scope | undefined => running.getStore();

export const runIn = <Result>(scope: Scope, run: () => Result): Result => running.run(scope, run);

/** Returns what a line of the log says of the trace in which it is written: nothing outside of one. */
export function traceFields(): Record<string, string> {
  const context = running.getStore()?.span?.spanContext();
  return context ? { trace_id: context.traceId, span_id: context.spanId } : {};
}
