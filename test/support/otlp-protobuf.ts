import { STATUS_ERROR, msOf } from './otlp';
import type { ReceivedSpan } from './otlp';

/**
 * Reads `ExportTraceServiceRequest` of OTLP by the numbers of its fields, which opentelemetry-proto has frozen; a reader
 * of our own, so that what the exporter wrote is not read by its own code.
 */
export function readProtobuf(body: Uint8Array): ReceivedSpan[] {
  return messages(fieldsOf(body), 1).flatMap((resourceSpans) => {
    const [resource] = messages(resourceSpans, 1);
    const attributes = resource ? attributesOf(messages(resource, 1)) : {};
    return messages(resourceSpans, 2)
      .flatMap((scopeSpans) => messages(scopeSpans, 2))
      .map((span) => toSpan(span, attributes));
  });
}

type Value = bigint | Uint8Array;
type Fields = ReadonlyMap<number, readonly Value[]>;

function toSpan(span: Fields, resource: Record<string, string>): ReceivedSpan {
  const [status] = messages(span, 15);
  return {
    traceId: hex(span, 1),
    spanId: hex(span, 2),
    parentSpanId: hex(span, 4),
    name: text(span, 5),
    kind: Number(number(span, 6)),
    startMs: msOf(number(span, 7)),
    endMs: msOf(number(span, 8)),
    attributes: attributesOf(messages(span, 9)),
    isError: status !== undefined && number(status, 3) === BigInt(STATUS_ERROR),
    resource,
  };
}

/** Text, boolean, integer and double values; ours have no others. */
function attributesOf(pairs: readonly Fields[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [value] = messages(pair, 2);
      const written = value?.has(1)
        ? text(value, 1)
        : value?.has(2)
          ? 'true'
          : String(value && number(value, 3));
      return [text(pair, 1), written];
    }),
  );
}

const bytesOf = (fields: Fields, number: number): Uint8Array[] =>
  (fields.get(number) ?? []).filter((value) => value instanceof Uint8Array);
const messages = (fields: Fields, number: number): Fields[] =>
  bytesOf(fields, number).map(fieldsOf);
const hex = (fields: Fields, number: number): string =>
  Buffer.from(bytesOf(fields, number)[0] ?? []).toString('hex');
const text = (fields: Fields, number: number): string =>
  Buffer.from(bytesOf(fields, number)[0] ?? []).toString('utf8');

function number(fields: Fields, name: number): bigint {
  const [value] = fields.get(name) ?? [];
  return typeof value === 'bigint' ? value : 0n;
}

/** Reads one message: varints, 64-bit, length-delimited and 32-bit fields; throws for what is no protobuf. */
function fieldsOf(body: Uint8Array): Fields {
  const view = Buffer.from(body);
  const fields = new Map<number, Value[]>();
  let at = 0;
  const varint = (): bigint => {
    for (let value = 0n, shift = 0n; ; shift += 7n) {
      const byte = view.readUInt8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number): Buffer => {
    if (at + length > view.length) throw new Error('a field ends behind its message');
    return view.subarray(at, (at += length));
  };
  const readValue = (wire: number): Value => {
    if (wire === 0) return varint();
    if (wire === 1) return take(8).readBigUInt64LE();
    if (wire === 2) return take(Number(varint()));
    if (wire === 5) return BigInt(take(4).readUInt32LE());
    throw new Error(`wire type ${String(wire)}`);
  };
  while (at < view.length) {
    const tag = Number(varint());
    const values = fields.get(tag >> 3) ?? [];
    fields.set(tag >> 3, [...values, readValue(tag & 7)]);
  }
  return fields;
}
