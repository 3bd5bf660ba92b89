import type { Readable, Writable } from 'node:stream';
import { GivenUpError } from '../kit/values';
import type { Questions } from './ask';

/**
 * Makes the questions of a terminal, or of streams in its place. The library is loaded where somebody is asked, and
 * nowhere else.
 */
export async function terminalQuestions(
  streams: { input?: Readable; output?: Writable } = {},
): Promise<Questions> {
  const { CANCEL_SYMBOL, confirm, multiselect, select, text } = await import('@clack/prompts');
  /** A question that Ctrl-C ended has no answer. */
  const answered = <Answer>(answer: Answer): Exclude<Answer, typeof CANCEL_SYMBOL> => {
    if (answer === CANCEL_SYMBOL) throw new GivenUpError('given up; nothing was written');
    // Sound because that symbol was thrown out just before.
    return answer as Exclude<Answer, typeof CANCEL_SYMBOL>;
  };
  return {
    async choose(message, options) {
      const values = options.map(({ value, label }) => ({ value, label }));
      const answer = answered(await select<string>({ ...streams, message, options: values }));
      const found = options.find(({ value }) => value === answer);
      if (!found) throw new GivenUpError('nothing was chosen; nothing was written');
      return found.value;
    },
    async chooseSome(message, options) {
      const initialValues = options.map(({ value }) => value);
      const all = options.map(({ value, label }) => ({ value, label }));
      return answered(
        await multiselect<string>({ ...streams, message, options: all, initialValues }),
      );
    },
    async write(message, usual, problem) {
      const answer = await text({
        ...streams,
        message,
        placeholder: usual,
        defaultValue: usual,
        validate: (written) => problem(written?.trim() ? written.trim() : usual),
      });
      return answered(answer).trim();
    },
    agree: async (message) => answered(await confirm({ ...streams, message, initialValue: false })),
  };
}
