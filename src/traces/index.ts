import { createRequire } from 'node:module';
import type { Logger } from 'pino';
import type { Traces } from '../core/ports/traces';
import { tracedOutbound, tracedStore } from './traced';
import { traceFields } from './scope';
import type * as Sdk from './sdk';
import type * as Spans from './spans';

/** The traces of a process by OpenTelemetry's own variables. A process that exports none loads nothing of the SDK. */

/** The variables that decide whether there are traces at all; the SDK reads all others by itself. */
export interface TraceVariables {
  OTEL_SDK_DISABLED: boolean;
  OTEL_TRACES_EXPORTER?: string | undefined;
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined;
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT?: string | undefined;
  OTEL_EXPORTER_OTLP_PROTOCOL?: string | undefined;
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL?: string | undefined;
}

/** Says whether spans are exported: to an endpoint that is named, or to the usual one where `otlp` is asked for. */
export function isTracing(variables: TraceVariables): boolean {
  if (variables.OTEL_SDK_DISABLED) return false;
  const exporter = variables.OTEL_TRACES_EXPORTER;
  if (exporter === 'none') return false;
  if (exporter === 'otlp') return true;
  if (exporter !== undefined) {
    throw new Error(`OTEL_TRACES_EXPORTER is "${exporter}"; Reelay exports by "otlp", or "none"`);
  }
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = variables;
  return all !== undefined || own !== undefined;
}

export interface TracesOptions {
  version: string;
  instance: string;
  flushMs: number;
  log: Logger;
}

/** Opens what makes and exports spans; undefined where nothing is exported. Throws a sentence for what it cannot do. */
export function openTraces(variables: TraceVariables, options: TracesOptions): Traces | undefined {
  if (!isTracing(variables)) return undefined;
  const protocol = protocolOf(variables);
  const load = createRequire(__filename);
  // Sound because these are the files beside this one; an import at the top would load the SDK in every process.
  const { openSdk } = load('./sdk') as typeof Sdk;
  const { createTraces } = load('./spans') as typeof Spans;
  return createTraces(openSdk({ ...options, protocol }));
}

function protocolOf(variables: TraceVariables): 'http/protobuf' | 'http/json' {
  const { OTEL_EXPORTER_OTLP_PROTOCOL: all, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: own } = variables;
  const protocol = own ?? all ?? 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol;
  throw new Error(
    `the protocol of OTLP is "${protocol}"; set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL to http/protobuf or http/json`,
  );
}

export { traceFields, tracedOutbound, tracedStore };
