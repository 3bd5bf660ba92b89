import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that is asked line by line, in JSON. */
export interface LineTalk<Answer> {
  /** Sends one question and gives its answer; rejects where the process ends before it. */
  ask(question: object): Promise<Answer>;
  /** Closes its input and resolves when it has ended. */
  stop(): Promise<void>;
}

/**
 * Starts a program that reads a question a line and writes an answer a line. Each question gets a number,
 * `{"id": 1, …}`, which its answer has too, so that answers may come in any order.
 */
export function startLineTalk<Answer>(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): LineTalk<Answer> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
  const waiting = new Map<number, (answer: Answer) => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { id, ...answer } = JSON.parse(line) as { id: number } & Answer; // what our own child writes
    waiting.get(id)?.(answer as unknown as Answer); // the same, without the number
    waiting.delete(id);
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve()).once('error', () => resolve());
  });
  let count = 0;
  return {
    ask: (question) => {
      const id = (count += 1);
      const answer = new Promise<Answer>((resolve) => waiting.set(id, resolve));
      child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
      const died = ended.then(() => Promise.reject(new Error(`${command} ended`)));
      return Promise.race([answer, died]);
    },
    stop: () => {
      child.stdin.end();
      return ended;
    },
  };
}
