import { temporal } from '@temporalio/proto';

/**
 * Histories as text that a reviewer can read. The SDK's own JSON form is not used: it needs one copy of protobufjs
 * for all of its packages, which npm does not install beside another library's older one.
 */
type History = temporal.api.history.v1.IHistory;

const { History: codec } = temporal.api.history.v1;

/** What a replay does not look at and would tell about the machine it was recorded on. */
const PRIVATE = ['identity', 'stackTrace'];

export function toText(history: History): string {
  const plain = codec.toObject(codec.fromObject(history), {
    longs: String,
    enums: String,
    bytes: String,
  });
  const text = JSON.stringify(
    plain,
    (key, value: unknown) => (PRIVATE.includes(key) ? undefined : value),
    1,
  );
  return `${text}\n`;
}

export function fromText(text: string): History {
  return codec.fromObject(JSON.parse(text) as Record<string, unknown>);
}
