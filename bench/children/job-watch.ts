import { Client } from 'pg';

/** Says when jobs end, by asking the database for all that are waited for in one statement. */
export interface JobWatch {
  /** `id` is `video_<hex>`. Resolves when the job's row says that it has ended. */
  end(id: string): Promise<JobEnd>;
  close(): Promise<void>;
}

export interface JobEnd {
  state: string;
  /** Unix milliseconds. */
  seenAt: number;
}

const ENDED = 'SELECT id, state FROM jobs WHERE id = ANY($1::uuid[]) AND finished_at IS NOT NULL';

export async function createWatch(databaseUrl: string, everyMs: number): Promise<JobWatch> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const waiting = new Map<string, { resolve(end: JobEnd): void; reject(error: unknown): void }>();
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const { rows } = await client.query<{ id: string; state: string }>({
      name: 'ended',
      text: ENDED,
      values: [[...waiting.keys()]],
    });
    const seenAt = Date.now();
    for (const { id, state } of rows) {
      waiting.get(id)?.resolve({ state, seenAt });
      waiting.delete(id);
    }
    timer = waiting.size === 0 ? undefined : setTimeout(lookAgain, everyMs);
  };
  const lookAgain = (): void => {
    look().catch((error: unknown) => {
      waiting.forEach(({ reject }) => {
        reject(error);
      });
      waiting.clear();
      timer = undefined;
    });
  };
  return {
    end: (id) =>
      new Promise((resolve, reject) => {
        waiting.set(uuidOf(id), { resolve, reject });
        timer ??= setTimeout(lookAgain, everyMs);
      }),
    async close() {
      clearTimeout(timer);
      await client.end();
    },
  };
}

/** `video_019b7a3c00007000800000000000abcd` -> `019b7a3c-0000-7000-8000-00000000abcd`-like, as the row has it. */
function uuidOf(id: string): string {
  const hex = id.slice(id.lastIndexOf('_') + 1);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
