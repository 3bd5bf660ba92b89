import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { withoutToken } from './directives';
import type { JobRecord } from './jobs';

export type FileKind = 'video' | 'last_frame';

/**
 * The studio draws a job's files when they are first asked for, one at a time, each in a worker of its own. Concurrent
 * asks for one file share its drawing; a forgotten file is drawn again, the same length and picture.
 */
export interface Studio {
  file(record: JobRecord, kind: FileKind): Promise<Uint8Array>;
  stop(): Promise<void>;
}

const ENCODER = 'h264-mp4-encoder';

/** Throws one sentence where the encoder is not installed, so that a start says it and not the first video. */
function checkEncoder(): void {
  try {
    createRequire(__filename).resolve(ENCODER);
  } catch (error) {
    throw new Error(
      `the simulators draw their videos with ${ENCODER}, which is not installed here; ` +
        'run "npm ci" without --omit=optional',
      { cause: error },
    );
  }
}

/** Drawn files kept in memory. */
const FILES_MAX = 64;
/** Drawings that may wait. */
const WAITING_MAX = 256;

/** The clip of `video=shared`, whatever the job asked for: it has what most jobs ask for, since a result is measured. */
const SHARED = {
  width: 1280,
  height: 720,
  seconds: 5,
  seed: 7,
  text: 'shared clip',
  title: 'reelay simulator',
};

interface Drawing {
  kind: FileKind;
  width: number;
  height: number;
  seconds: number;
  seed: number;
  title: string;
  text: string;
}

export function createStudio(): Studio {
  checkEncoder();
  const files = new Map<string, Promise<Uint8Array>>();
  const workers = new Set<Worker>();
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  let stopped = false;

  const drawNext = async (drawing: Drawing): Promise<Uint8Array> => {
    if (waiting >= WAITING_MAX) throw new Error('too many files wait to be drawn');
    waiting += 1;
    const turn = last.then(() => {
      if (stopped) throw new Error('the simulator stops');
      return draw(drawing, workers);
    });
    last = turn.catch(() => undefined).finally(() => (waiting -= 1));
    return turn;
  };

  return {
    file: (record, kind) => {
      const drawing = drawingOf(record, kind);
      const key = `${record.directives.video ?? record.id} ${kind}`;
      const known = files.get(key);
      if (known) return known;
      const drawn = drawNext(drawing);
      files.set(key, drawn);
      drawn.catch(() => files.delete(key));
      const oldest = files.size > FILES_MAX ? files.keys().next().value : undefined;
      if (oldest !== undefined) files.delete(oldest);
      return drawn;
    },
    stop: async () => {
      stopped = true;
      await Promise.all([...workers].map((worker) => worker.terminate()));
      await last;
    },
  };
}

function drawingOf(record: JobRecord, kind: FileKind): Drawing {
  if (record.directives.video === 'shared') return { kind, ...SHARED };
  const { width, height, seconds, seed, id } = record;
  return { kind, width, height, seconds, seed, title: id, text: withoutToken(record.prompt) };
}

function draw(drawing: Drawing, workers: Set<Worker>): Promise<Uint8Array> {
  const { kind, seconds, ...scene } = drawing;
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, 'draw', 'worker.mjs'), {
      workerData: { kind, seconds, scene },
    });
    workers.add(worker);
    worker.on('message', (bytes: Uint8Array) => {
      resolve(Buffer.from(bytes));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      workers.delete(worker);
      reject(new Error(`the drawing worker ended with code ${String(code)} and no file`));
    });
  });
}
