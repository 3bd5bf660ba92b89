import type { AddressInfo } from 'node:net';
import express from 'express';
import { Pool } from 'pg';
import { answerParent } from '../parts/parent';

/** What reads are compared with: Express and `pg` alone, one row by its primary key, no key checked, nothing rendered. */
export interface ReaderQuestion {
  databaseUrl: string;
}

export interface ReaderAnswer {
  origin: string;
}

/** The gateway's own pool has as many. */
const CONNECTIONS = 20;
const ONE_ROW = 'SELECT id, state, model, progress, created_at FROM jobs WHERE id = $1';

answerParent(({ databaseUrl }: ReaderQuestion) => {
  const pool = new Pool({ connectionString: databaseUrl, max: CONNECTIONS });
  const app = express();
  app.get('/:id', async (request, response) => {
    const { rows } = await pool.query(ONE_ROW, [request.params.id]);
    response.json(rows[0]);
  });
  return new Promise<ReaderAnswer>((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error?: Error) => {
      if (error) {
        reject(error);
        return;
      }
      const { port } = server.address() as AddressInfo; // It listens on a port.
      resolve({ origin: `http://127.0.0.1:${String(port)}` });
    });
  });
});
