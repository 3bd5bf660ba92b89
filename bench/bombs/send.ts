import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bomb } from './attacks';

/** What one bomb came to. */
export interface BombOutcome {
  /** 0 where the connection was closed without an answer. */
  status: number;
  text: string;
  /** Milliseconds from the first byte to the end of the answer. */
  afterMs: number;
}

/** A bomb that nobody has refused by then never will be. */
const GIVE_UP_MS = 120_000;

/** Sends a bomb with the caller's own key until somebody answers or closes the connection, and reads the answer. */
export async function sendBomb(bomb: Bomb, origin: string, key: string): Promise<BombOutcome> {
  const { hostname, port } = new URL(origin);
  const startedAt = performance.now();
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  let text = '';
  socket.on('error', () => undefined); // what came before it is the outcome
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (isWhole(text)) resolve();
    });
  });
  const isAnswered = (): boolean => statusOf(text) > 0;
  const end = bomb.isHeadWhole === false ? '' : '\r\n';
  socket.write(`${bomb.head}Host: ${hostname}\r\nAuthorization: Bearer ${key}\r\n${end}`);
  const sending = sendPieces(bomb, { socket, closed, isAnswered });
  const cut = setTimeout(() => socket.destroy(), GIVE_UP_MS);
  await Promise.race([answered, closed]);
  const afterMs = Math.round(performance.now() - startedAt);
  clearTimeout(cut);
  socket.destroy();
  await sending;
  return { status: statusOf(text), text, afterMs };
}

interface Sending {
  socket: Socket;
  closed: Promise<void>;
  isAnswered(): boolean;
}

async function sendPieces(bomb: Bomb, { socket, closed, isAnswered }: Sending): Promise<void> {
  for (const piece of bomb.body?.() ?? []) {
    if (isAnswered() || !socket.writable) return;
    if (!socket.write(piece)) {
      const drained = new Promise<void>((resolve) => {
        socket.once('drain', resolve);
      });
      await Promise.race([drained, closed]);
    }
    if (bomb.everyMs !== undefined) await sleep(bomb.everyMs);
  }
}

/** Reads the last status that is no 100: `HTTP/1.1 413 Payload Too Large` is 413. */
function statusOf(text: string): number {
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
  return statuses.filter((status) => status !== 100).at(-1) ?? 0;
}

/** Says whether the answer's body is there, as long as its head says it is. */
function isWhole(text: string): boolean {
  if (statusOf(text) === 0) return false;
  const answer = text.slice(text.lastIndexOf('HTTP/1.1 '));
  const at = answer.indexOf('\r\n\r\n');
  const bytes = Number(/content-length: (\d+)/i.exec(answer)?.[1] ?? 0);
  return at >= 0 && answer.length - at - 4 >= bytes;
}
