import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base';
import type { IdGenerator, SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { Logger } from 'pino';
import { endsWithin } from '../core/within';
import type { SpanSource } from './spans';

/**
 * OpenTelemetry's SDK, which reads the rest of the `OTEL_*` variables by itself: sampler, batches, limits, headers.
 * Only a process that exports loads this file.
 */
export interface SdkOptions {
  protocol: 'http/protobuf' | 'http/json';
  version: string;
  instance: string;
  /** Spans that wait are exported for this long when the process stops, in milliseconds. */
  flushMs: number;
  log: Pick<Logger, 'warn' | 'info'>;
}

const NAME = 'reelay';

export function openSdk({ protocol, version, instance, flushMs, log }: SdkOptions): SpanSource {
  const ids = new RandomIdGenerator();
  let next: string | undefined;
  const idGenerator: IdGenerator = {
    generateTraceId: ids.generateTraceId,
    generateSpanId() {
      const id = next ?? ids.generateSpanId();
      next = undefined;
      return id;
    },
  };
  const exporter = protocol === 'http/json' ? new JsonExporter() : new ProtobufExporter();
  const own = resourceFromAttributes({
    'service.name': NAME,
    'service.version': version,
    'service.instance.id': instance,
  });
  const provider = new BasicTracerProvider({
    idGenerator,
    // The operator's OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    resource: own.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new BatchSpanProcessor(telling(exporter, log))],
  });
  return {
    tracer: provider.getTracer(NAME, version),
    newSpanId: () => ids.generateSpanId(),
    nextSpanId: (id) => void (next = id),
    async close() {
      const hasEnded = await endsWithin(provider.shutdown(), flushMs).catch(() => false);
      if (!hasEnded) log.warn({ flushMs }, 'the last spans were not exported before the stop');
    },
  };
}

/** Says once that spans are lost, and once that they are exported again; a lost span concerns nobody but its reader. */
export function telling(inner: SpanExporter, log: SdkOptions['log']): SpanExporter {
  let isLosing = false;
  return {
    export(spans, done) {
      inner.export(spans, ({ code, error }) => {
        const isLost = code !== ExportResultCode.SUCCESS;
        if (isLost && !isLosing) {
          log.warn(
            { cause: error?.message },
            'spans cannot be exported; they are lost until they can',
          );
        }
        if (!isLost && isLosing) log.info('spans are exported again');
        isLosing = isLost;
        done({ code: ExportResultCode.SUCCESS });
      });
    },
    shutdown: () => inner.shutdown(),
    forceFlush: () => inner.forceFlush?.() ?? Promise.resolve(),
  };
}
