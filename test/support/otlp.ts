import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readProtobuf } from './otlp-protobuf';

/** A span as it came over the wire. */
export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  name: string;
  /** 1 internal, 2 server, 3 client. */
  kind: number;
  startMs: number;
  endMs: number;
  attributes: Record<string, string>;
  isError: boolean;
  /** Attributes of the process. */
  resource: Record<string, string>;
}

/** A collector that takes OTLP over HTTP, in protobuf or JSON, and remembers every span. */
export interface OtlpReceiver {
  endpoint: string;
  spans: ReceivedSpan[];
  /** The content types that came, each once. */
  types: Set<string>;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const types = new Set<string>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const type = request.headers['content-type'] ?? '';
      const isOurs = request.method === 'POST' && request.url === '/v1/traces';
      if (!isOurs) return void response.writeHead(404).end();
      types.add(type);
      const body = Buffer.concat(chunks);
      spans.push(...(type === 'application/json' ? readJson(body) : readProtobuf(body)));
      const isJson = type === 'application/json';
      response.writeHead(200, { 'content-type': type }).end(isJson ? '{}' : '');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Sound because a server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    spans,
    types,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface JsonAttribute {
  key: string;
  value: Record<string, unknown>;
}

interface JsonSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: JsonAttribute[];
  status: { code?: number };
}

interface JsonTraces {
  resourceSpans: {
    resource: { attributes: JsonAttribute[] };
    scopeSpans: { spans: JsonSpan[] }[];
  }[];
}

/** The status code of OTLP for an error. */
export const STATUS_ERROR = 2;
const NANOS_PER_MS = 1_000_000n;
export const msOf = (nanos: bigint): number => Number(nanos / NANOS_PER_MS);

function readJson(body: Buffer): ReceivedSpan[] {
  // Sound because the exporter's own types say so; what is missing fails below.
  const { resourceSpans } = JSON.parse(body.toString('utf8')) as JsonTraces;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        name: span.name,
        kind: span.kind,
        startMs: msOf(BigInt(span.startTimeUnixNano)),
        endMs: msOf(BigInt(span.endTimeUnixNano)),
        attributes: plain(span.attributes),
        isError: span.status.code === STATUS_ERROR,
        resource: plain(resource.attributes),
      })),
  );
}

const plain = (attributes: readonly JsonAttribute[]): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));

/** Draws the spans below that parent, oldest first: `├─ submit 12 ms {…}`. */
export function drawTree(
  spans: readonly ReceivedSpan[],
  parentSpanId: string,
  show: readonly string[],
  indent = '',
): string {
  const children = spans
    .filter((span) => span.parentSpanId === parentSpanId)
    .sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
  return children
    .map((span, index) => {
      const isLast = index === children.length - 1;
      const shown = show.flatMap((name) => {
        const value = span.attributes[name];
        return value === undefined ? [] : [`${name.split('.').at(-1) ?? name}=${value}`];
      });
      const ms = `${String(span.endMs - span.startMs)} ms`;
      const line = `${indent}${isLast ? '└─' : '├─'} ${span.name}  ${ms}  ${shown.join(' ')}`;
      const below = drawTree(spans, span.spanId, show, `${indent}${isLast ? '   ' : '│  '}`);
      return `${line.trimEnd()}\n${below}`;
    })
    .join('');
}
