import { ROOT_CONTEXT, SpanKind, SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { Job } from '../core/job/job';
import type {
  BegunExchange,
  CallEnd,
  ExchangeEnd,
  Facts,
  StepName,
  Traces,
} from '../core/ports/traces';
import { OPERATION, endFacts } from './attributes';
import {
  below,
  belowRemote,
  carriedBelow,
  contextOfHeaders,
  headersOf,
  jobSpanOf,
} from './context';
import { currentScope, runIn } from './scope';
import type { Scope } from './scope';

/** The part of the SDK that spans are made with. */
export interface SpanSource {
  tracer: Tracer;
  newSpanId(): string;
  /** Makes the next span that is started have this id. */
  nextSpanId(id: string): void;
  close(): Promise<void>;
}

const SPAN_NAMES: Readonly<Record<StepName, string>> = {
  accept: 'accept',
  submit: 'submit',
  poll: 'look',
  lastLook: 'last look',
  cancel: 'cancel',
  settle: 'settle',
  deliver: 'deliver',
  keep: 'copy',
};

/** Makes the spans of a process, by OpenTelemetry's API alone. */
export function createTraces(source: SpanSource): Traces {
  const { tracer } = source;
  /** Begins the span of what runs below a job's, or as a root; it keeps the one that it has. */
  const begin = (scope: Scope, context = ROOT_CONTEXT): Span => {
    const { name, kind, startedAt: startTime } = scope;
    scope.span ??= tracer.startSpan(name, { kind, startTime }, context);
    scope.span.setAttributes(attributesOf(scope.facts));
    return scope.span;
  };
  const traces: Traces = {
    exchange: (begun, handle) => {
      const scope = scopeOf(begun.method, SpanKind.SERVER, {
        'http.request.method': begun.method,
        'reelay.request.id': begun.requestId,
      });
      if (!begun.isHint) begin(scope, contextOfHeaders(begun.headers));
      runIn(scope, handle);
      return (end) => endExchange(scope, begun, end);
    },
    async step(name, run, { isWait = () => false, job } = {}) {
      const isQuiet = name === 'poll' || name === 'accept';
      const scope = { ...scopeOf(SPAN_NAMES[name], SpanKind.INTERNAL), isTold: !isQuiet };
      if (isQuiet) scope.held = [];
      return runIn(scope, async () => {
        if (job) traces.join(job.trace, job.facts);
        try {
          const result = await run();
          endStep(scope);
          return result;
        } catch (error) {
          endStep(scope, isWait(error) ? 'wait' : 'failure');
          throw error;
        }
      });
    },
    async call(made, run, read) {
      const scope = currentScope();
      if (!scope?.span) return run({});
      const attributes = attributesOf(made.facts);
      const span = tracer.startSpan(
        made.name,
        { kind: SpanKind.CLIENT, attributes },
        below(scope.span),
      );
      scope.hasCalled = true;
      const result = await run(headersOf(span));
      noteCall(span, read(result));
      endSpan(scope, span);
      return result;
    },
    join(trace, facts) {
      const scope = currentScope();
      if (!scope || scope.span) return;
      const above = trace && jobSpanOf(trace);
      if (!above) return;
      scope.facts = { ...scope.facts, ...facts };
      begin(scope, belowRemote(above));
    },
    id: () => currentScope()?.span?.spanContext().traceId,
    note(facts) {
      const scope = currentScope();
      if (!scope) return;
      scope.facts = { ...scope.facts, ...facts };
      scope.span?.setAttributes(attributesOf(facts));
    },
    tell() {
      const scope = currentScope();
      if (scope) scope.isTold = true;
    },
    carry() {
      const scope = currentScope();
      return scope && carriedBelow(begin(scope), source.newSpanId());
    },
    ended: (job) => tellJob(source, job),
    close: () => source.close(),
  };
  return traces;
}

const scopeOf = (name: string, kind: SpanKind, facts: Facts = {}): Scope => ({
  name,
  kind,
  startedAt: Date.now(),
  span: undefined,
  facts,
  held: undefined,
  isTold: true,
  hasCalled: false,
});

function endExchange(scope: Scope, { method }: BegunExchange, end: ExchangeEnd): void {
  const { span } = scope;
  if (!span || end.route === undefined) return;
  span.updateName(`${method} ${end.route}`);
  span.setAttributes(
    attributesOf({
      ...{ 'http.route': end.route, 'http.response.status_code': end.status },
      ...end.facts,
    }),
  );
  // What the caller did wrong is no error of the server's span.
  if (end.status >= 500) fail(span, String(end.status));
  span.end();
}

/** Ends a step; one that waits, and one that changed nothing, leaves no trace, unless it called somebody. */
function endStep(scope: Scope, problem?: 'wait' | 'failure'): void {
  const { span, held } = scope;
  const isEmpty = problem === 'wait' && held === undefined && !scope.hasCalled;
  if (!span || !scope.isTold || isEmpty) return;
  if (problem === 'failure') fail(span, 'failed');
  if (problem === 'wait') span.setAttribute('reelay.waits', true);
  held?.forEach((end) => end());
  span.end();
}

function endSpan(scope: Scope, span: Span): void {
  const endedAt = Date.now();
  const end = (): void => span.end(endedAt);
  if (scope.held) scope.held.push(end);
  else end();
}

function noteCall(span: Span, { status, problem }: CallEnd): void {
  if (status !== undefined) span.setAttribute('http.response.status_code', status);
  const error = problem ?? (status !== undefined && status >= 400 ? String(status) : undefined);
  if (error !== undefined) fail(span, error);
}

function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR });
}

/** Makes the span whose id the job's row has carried since its create, as long as the job was. */
function tellJob({ tracer, nextSpanId }: SpanSource, job: Job): void {
  const own = job.trace && jobSpanOf(job.trace);
  if (!job.trace || !own) return;
  nextSpanId(own.spanId);
  const span = tracer.startSpan(
    `${OPERATION} ${job.model}`,
    { startTime: job.createdAt, attributes: attributesOf(endFacts(job)) },
    belowRemote({ ...own, spanId: job.trace.above }),
  );
  if (job.failure) fail(span, job.failure.code);
  span.end(job.finishedAt);
}

/** Leaves out what is not known. */
const attributesOf = (facts: Facts): Attributes =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
