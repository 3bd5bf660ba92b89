import type { Client } from 'pg';
import { urlOf, withClient } from './login';
import type { Login } from './login';
import type { Passwords } from './record';

/**
 * The gateway never works as the superuser. `reelay_owner` owns the database and migrates it; `reelay_app` is what the
 * running gateway logs in as: it reads and writes rows, and can neither change a table nor pass row-level security.
 */
export const DATABASE = 'reelay';
export const OWNER = 'reelay_owner';
export const APP = 'reelay_app';

/**
 * Makes the roles and the database. Repeatable: completes what is missing, also after a start that was killed in the
 * middle.
 */
export async function ensureRoles(port: number, passwords: Passwords): Promise<void> {
  const superuser: Login = {
    user: 'postgres',
    password: passwords.superuser,
    port,
    database: 'postgres',
  };
  await withClient(urlOf(superuser), async (client) => {
    await ensureRole(client, OWNER, passwords.owner);
    await ensureRole(client, APP, passwords.app);
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`);
    await client.query(
      `REVOKE ALL ON DATABASE ${DATABASE} FROM PUBLIC;
       GRANT CONNECT ON DATABASE ${DATABASE} TO ${APP}`,
    );
  });
  await withClient(urlOf({ ...superuser, database: DATABASE }), async (client) => {
    await client.query(
      `GRANT USAGE ON SCHEMA public TO ${APP};
       ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER} IN SCHEMA public
         GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ${APP};
       ALTER DEFAULT PRIVILEGES FOR ROLE ${OWNER} IN SCHEMA public
         GRANT USAGE, SELECT ON SEQUENCES TO ${APP}`,
    );
  });
}

async function ensureRole(client: Client, name: string, password: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  if (rowCount !== 0) return;
  await client.query(
    `CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
     PASSWORD ${client.escapeLiteral(password)}`,
  );
}
