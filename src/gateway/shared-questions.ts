/** Asks, or joins the one who asks the same at this moment; `name` tells questions apart. */
export type Ask<Answer> = (name: string, ask: () => Promise<Answer>) => Promise<Answer>;

/** Makes an `Ask` whose answers go to all who came while the question was on its way; nothing is remembered after that. */
export function shareQuestions<Answer>(): Ask<Answer> {
  const asked = new Map<string, Promise<Answer>>();
  return (name, ask) => {
    const before = asked.get(name);
    if (before) return before;
    const answer = ask().finally(() => {
      asked.delete(name);
    });
    asked.set(name, answer);
    return answer;
  };
}

/** Asks for one's own part, so that the answer is no older than the question. */
export const askAlone = <Answer>(_name: string, ask: () => Promise<Answer>): Promise<Answer> =>
  ask();
