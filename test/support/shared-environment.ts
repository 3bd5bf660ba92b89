import { randomBytes } from 'node:crypto';

/**
 * Makes the environment of `reelay` processes that work together: the engine of the test run with a namespace of their own,
 * one database, one simulator, and one key for what they seal and sign.
 */
export const sharedEnvironment = (databaseUrl: string, simulatorUrl: string) => ({
  TEMPORAL_ADDRESS: process.env['REELAY_TEST_ENGINE'] ?? '',
  TEMPORAL_NAMESPACE: `test-${randomBytes(6).toString('hex')}`,
  DATABASE_URL: databaseUrl,
  REELAY_SECRET_KEY: randomBytes(32).toString('base64'),
  REELAY_SIMULATOR_URL: simulatorUrl,
});
