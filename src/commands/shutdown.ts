/**
 * Ctrl-C and SIGTERM ask for an orderly stop, which lets paid submits end and may take minutes; asked again the process
 * ends at once. SIGHUP is a terminal that was closed, which asks for the same; where there is none it is an operator who
 * asks that the config be read again.
 */
export interface Shutdown {
  requested: Promise<NodeJS.Signals>;
  /** Says what SIGHUP does without a terminal; it stops whoever says nothing. */
  onHangup(handle: () => void): void;
  dispose(): void;
}

/** npm and the terminal may both pass one Ctrl-C on; a person's second one comes later. Milliseconds. */
const SAME_MS = 400;
/** What a shell says of a program that Ctrl-C ended. */
const INTERRUPTED = 130;

export function onShutdown(hasTerminal = process.stdin.isTTY): Shutdown {
  const signals: NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let hangup: (() => void) | undefined;
  let firstAt: number | undefined;
  let ask: (signal: NodeJS.Signals) => void = () => undefined;
  const requested = new Promise<NodeJS.Signals>((resolve) => {
    ask = resolve;
  });
  const handler = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP' && !hasTerminal && hangup) {
      hangup();
      return;
    }
    const now = performance.now();
    firstAt ??= now;
    if (now - firstAt > SAME_MS) process.exit(INTERRUPTED);
    ask(signal);
  };
  for (const signal of signals) process.on(signal, handler);
  return {
    requested,
    onHangup(handle) {
      hangup = handle;
    },
    dispose() {
      for (const signal of signals) process.off(signal, handler);
    },
  };
}

/** Waits until a stop is asked for or `failed` rejects, then closes. Returns the exit code; throws what `failed` says. */
export async function untilStopped(
  shutdown: Shutdown,
  close: () => Promise<void>,
  failed?: Promise<never>,
): Promise<number> {
  try {
    await Promise.race([shutdown.requested, ...(failed ? [failed] : [])]);
    return 0;
  } finally {
    await close();
    shutdown.dispose();
  }
}
