/** Ctrl-C and SIGTERM ask for an orderly stop; asked a second time the process ends at once. */
export interface Shutdown {
  requested: Promise<NodeJS.Signals>;
  dispose(): void;
}

export function onShutdown(): Shutdown {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let seen = 0;
  let ask: (signal: NodeJS.Signals) => void = () => undefined;
  const requested = new Promise<NodeJS.Signals>((resolve) => {
    ask = resolve;
  });
  const handler = (signal: NodeJS.Signals): void => {
    seen += 1;
    // npm and the terminal may both pass one Ctrl-C on; a person's second one comes later.
    if (seen > 2) process.exit(130);
    ask(signal);
  };
  for (const signal of signals) process.on(signal, handler);
  return {
    requested,
    dispose() {
      for (const signal of signals) process.off(signal, handler);
    },
  };
}
