import { createServer } from 'node:net';
import { codeOf, reasonOf } from './reason';

/**
 * Tries to listen on an address and lets go of it at once, so that a command fails before it starts an engine and a
 * database for nothing. Throws one sentence that names the flag; port 0 is always free.
 */
export async function checkPort(host: string, port: number): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
  } catch (error) {
    throw portProblem(error, host, port);
  }
  await new Promise((resolve) => server.close(resolve));
}

const PROBLEMS: Readonly<Record<string, (host: string, port: string) => string>> = {
  EADDRINUSE: (host, port) =>
    `port ${port} on ${host} is taken by another program; stop it, or choose another port with --port`,
  EACCES: (_, port) =>
    `this user may not listen on port ${port}; choose one above 1023 with --port`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine; choose another with --host`,
  ENOTFOUND: (host) => `the host ${host} is not known here; choose another with --host`,
};

/** Says what is wrong with an address, in a sentence. */
export function portProblem(error: unknown, host: string, port: number): Error {
  const say = PROBLEMS[codeOf(error) ?? ''];
  const text =
    say?.(host, String(port)) ??
    `${host}:${String(port)} cannot be listened on: ${reasonOf(error)}`;
  return new Error(text, { cause: error });
}
