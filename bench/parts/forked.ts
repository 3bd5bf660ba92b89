import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

/**
 * Children of the bench with one task each, so that what they cost is not counted as the gateway's. They answer
 * questions one by one over the channel that Node makes between parent and child, and end with their parent.
 */
export interface BenchChild<Question, Answer> {
  pid: number;
  /** Rejects with the child's own sentence, or when the child ends before it answers. */
  ask(question: Question): Promise<Answer>;
  /** Ends the child at once; repeatable. */
  stop(): void;
}

interface ChildMessage {
  answer?: unknown;
  error?: string;
}

/** `name` is a file of bench/children, such as `callers`. What it prints goes to stderr. */
export function forkChild<Question extends object, Answer>(
  name: string,
): BenchChild<Question, Answer> {
  const child = fork(join(__dirname, '..', 'children', `${name}.js`), {
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  let last: Promise<unknown> = Promise.resolve();
  return {
    pid: child.pid ?? 0,
    ask(question) {
      // One after the other: a child does one thing at a time.
      const asked = last.then(() => tell(child, name, question)) as Promise<Answer>;
      last = asked.catch(() => undefined);
      return asked;
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

function tell(child: ChildProcess, name: string, question: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (): void => {
      reject(new Error(`the bench's child "${name}" ended before it answered`));
    };
    if (!child.connected) {
      ended();
      return;
    }
    child.once('exit', ended);
    child.once('message', ({ answer, error }: ChildMessage) => {
      child.off('exit', ended);
      if (error === undefined) resolve(answer);
      else reject(new Error(`the bench's child "${name}" failed: ${error}`));
    });
    child.send(question);
  });
}
