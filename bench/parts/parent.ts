/**
 * The child's side of `forkChild`: answers each question of the parent. A parent that is gone, however it ended, ends
 * the child; Ctrl-C reaches a whole group of processes, and here the parent alone decides what it means.
 */
export function answerParent(answer: (question: never) => Promise<unknown>): void {
  process.on('SIGINT', () => undefined);
  process.once('disconnect', () => process.exit());
  process.on('message', (question) => {
    // Sound because the parent's `forkChild` names the type of the questions that it sends.
    answer(question as never).then(
      (value) => process.send?.({ answer: value }),
      (error: unknown) => process.send?.({ error: textOf(error) }),
    );
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
