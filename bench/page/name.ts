import { UsageError } from '../../src/commands/kit/values';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*-\d+$/;

/** Reads the name of a report, such as `before-1`. A run is one of several, so a name without a number is refused. */
export function reportName(text: string): string {
  if (NAME.test(text)) return text;
  throw new UsageError(`--write takes a name with a number, such as before-1, not "${text}"`);
}
