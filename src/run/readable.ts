/**
 * Writes a line of the log for a person at a terminal: `12:00:05 WARN a callback was not taken (jobId=..., host=...)`.
 * What is no line of ours is passed on as it came. The file beside it has everything.
 */
export function readable(line: string): string {
  const fields = parsed(line);
  if (!fields) return line;
  const { level, time, msg, err, ...rest } = fields;
  const names = Object.entries(rest).flatMap(([name, value]) => {
    if (HIDDEN.includes(name)) return [];
    const text = shown(value);
    return text === undefined ? [] : [`${name}=${text}`];
  });
  const cause = causeOf(err);
  return [
    clockOf(time),
    LEVELS[Number(level)] ?? String(level),
    `${String(msg)}${cause === undefined ? '' : `: ${cause}`}`,
    ...(names.length > 0 ? [`(${names.join(', ')})`] : []),
  ].join(' ');
}

const LEVELS: Readonly<Record<number, string>> = {
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
};

/** A person at a terminal is not shown these: they tell of the process and of the engine's own protocol. */
const HIDDEN: readonly string[] = ['pid', 'taskToken', 'source', 'sdkComponent', 'isLocal'];
const TEXT_LENGTH_MAX = 200;

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    // Sound: an object that is no list has names.
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function shown(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > TEXT_LENGTH_MAX ? `${text.slice(0, TEXT_LENGTH_MAX)}...` : text;
}

/** Returns the time of day of `2026-11-28T12:00:05.123Z`: `12:00:05`. */
const clockOf = (time: unknown): string => String(time).slice(11, 19);

function causeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('message' in error)) return undefined;
  return shown(error.message);
}
