/**
 * What was started, to be stopped in the opposite order, each step once and whatever the others do. Used for a start
 * that fails half-way as well as for an orderly stop.
 */
export interface Stack {
  push(name: string, stop: () => Promise<void> | void): void;
  /** Resolves when all is stopped; a step that fails is told and passed over. Repeatable. */
  stop(): Promise<void>;
}

export function createStack(onError: (name: string, error: unknown) => void): Stack {
  const steps: { name: string; stop: () => Promise<void> | void }[] = [];
  let stopping: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    for (let step = steps.pop(); step; step = steps.pop()) {
      try {
        await step.stop();
      } catch (error) {
        onError(step.name, error);
      }
    }
  };
  return {
    push(name, stop) {
      steps.push({ name, stop });
    },
    stop: () => (stopping ??= run()),
  };
}
