import { z } from 'zod';

/**
 * One part of a channel's credentials: what can go into a header as it is. Anything else was pasted or mounted wrongly
 * (`...\n` at the end of a secret file, two keys in one, a key that an editor made pretty), and every job of the channel
 * would fail with it. Texts never show the value.
 */
export const credential = z
  .string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be a string') })
  .check((context) => {
    const problem = problemOf(context.value);
    if (problem === undefined) return;
    context.issues.push({ code: 'custom', input: context.value, message: problem });
  });

function problemOf(value: string): string | undefined {
  if (value.trim() === '') return 'is empty or blank';
  if (/^[\x21-\x7e]+\r?\n$/.test(value))
    return 'ends in a line break, as files often do: take it out';
  if (/^(["'`]).*\1$/.test(value))
    return 'stands in quotes, which would be a part of it: take them out';
  if (/^\$[A-Za-z_]\w*$/.test(value)) {
    return 'is the name of a variable: to have what it holds, write it in braces, as in "${ARK_API_KEY}"';
  }
  const at = value.search(/[^\x21-\x7e]/);
  if (at < 0) return undefined;
  return `holds a character at position ${String(at + 1)} that no key has: only visible ASCII, without spaces and line breaks, can be sent`;
}
