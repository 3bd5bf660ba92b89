import { Pool } from 'pg';
import { connectClient, engineConnection } from '../../src/engine/connection';

/** Looks for secrets where none may be: every column of every table, and every history of the engine. */

export interface Place {
  where: string;
  text: string;
}

/** Gives the names of the secrets that stand in one of the places, in any of their forms, and where. */
export function leaksOf(secrets: Readonly<Record<string, string>>, places: Place[]): string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = formsOf(secret);
    return places
      .filter(({ text }) => forms.some((form) => text.includes(form)))
      .map(({ where }) => `${name} in ${where}`);
  });
}

/** A secret as it is, in a URL, in hex, in base64 at each of the three places within a longer text, and its raw bytes. */
export function formsOf(secret: string): string[] {
  const raw = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const isBase64 = /^(whsec_)?[A-Za-z0-9+/]{32,}={0,2}$/.test(secret);
  const texts = [Buffer.from(secret), ...(isBase64 ? [raw] : [])];
  const coded = texts.flatMap((bytes) => [bytes.toString('hex'), ...within(bytes)]);
  const url = coded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  const own = [secret, secret.replace(/^whsec_/, ''), encodeURIComponent(secret)];
  return [...new Set([...own, ...coded, ...url])];
}

/** The base64 of the bytes after none, one or two others, without the letters that the neighbours have a part in. */
const within = (bytes: Buffer): string[] =>
  [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(before === 0 ? 0 : before + 1, -1),
  );

/** Reads all rows of all tables; bytes as text and as hex. */
export async function rowsOf(databaseUrl: string): Promise<Place[]> {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  try {
    const { rows: tables } = await pool.query<{ name: string }>(
      `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
       WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await pool.query(`SELECT * FROM ${name}`);
      const values: Place[] = rows.flatMap((row: Record<string, unknown>) =>
        Object.entries(row).map(([column, value]) => ({
          where: `${name}.${column}`,
          text: textOf(value),
        })),
      );
      places.push(...values);
    }
    return places;
  } finally {
    await pool.end();
  }
}

/** Reads every history of the namespace, payloads as text. */
export async function historiesOf(address: string, namespace: string): Promise<Place[]> {
  const environment = { TEMPORAL_TLS: false };
  const { client, close } = await connectClient(engineConnection(address, environment), namespace);
  try {
    const places: Place[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      places.push({ where: `the history of ${workflowId}`, text: textOf(history) });
    }
    return places;
  } finally {
    await close();
  }
}

/** JSON in which bytes are their text and their hex; its own escapes are taken out again. */
function textOf(value: unknown): string {
  const bytes = (_name: string, one: unknown): unknown => (isBytes(one) ? read(one) : one);
  return isBytes(value) ? read(value) : (JSON.stringify(value, bytes) ?? '').replaceAll('\\', '');
}

const isBytes = (value: unknown): value is Uint8Array => ArrayBuffer.isView(value);

const read = (value: Uint8Array): string => {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return `${bytes.toString('utf8')} ${bytes.toString('hex')}`;
};
