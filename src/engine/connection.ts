import { readFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { given } from '../core/json/fields';
import { retriesWithinDeadline } from './retries';

/** How to reach the engine, in the form that client and worker share. Reads the certificate files that it names. */
export interface EngineConnection {
  address: string;
  apiKey?: string;
  tls?: EngineTls | true;
}

export interface EngineTls {
  serverNameOverride?: string;
  serverRootCACertificate?: Buffer;
  clientCertPair?: { crt: Buffer; key: Buffer };
}

export interface ConnectionEnvironment {
  TEMPORAL_API_KEY?: string | undefined;
  TEMPORAL_TLS: boolean;
  TEMPORAL_TLS_CLIENT_CERT_PATH?: string | undefined;
  TEMPORAL_TLS_CLIENT_KEY_PATH?: string | undefined;
  TEMPORAL_TLS_SERVER_CA_CERT_PATH?: string | undefined;
  TEMPORAL_TLS_SERVER_NAME?: string | undefined;
}

export function engineConnection(
  address: string,
  environment: ConnectionEnvironment,
): EngineConnection {
  const apiKey = environment.TEMPORAL_API_KEY;
  const tls = tlsOf(environment);
  return {
    address,
    ...given({ apiKey, tls }),
  };
}

function tlsOf(environment: ConnectionEnvironment): EngineTls | true | undefined {
  const {
    TEMPORAL_TLS_CLIENT_CERT_PATH: cert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: key,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority,
    TEMPORAL_TLS_SERVER_NAME: name,
  } = environment;
  if ((cert === undefined) !== (key === undefined)) {
    throw new Error(
      'set TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH together, or neither',
    );
  }
  const tls: EngineTls = {
    ...given({ serverNameOverride: name }),
    ...(authority === undefined ? {} : { serverRootCACertificate: readFileSync(authority) }),
    ...(cert === undefined || key === undefined
      ? {}
      : { clientCertPair: { crt: readFileSync(cert), key: readFileSync(key) } }),
  };
  if (Object.keys(tls).length > 0) return tls;
  return environment.TEMPORAL_TLS ? true : undefined;
}

/** Left alone, a client that met an outage would wait up to two minutes before it looks again. */
const RECONNECT_MS_MAX = 2_000;

/** Makes a client on its own connection; rejects with a sentence when nobody answers. */
export async function connectClient(
  options: EngineConnection,
  namespace: string,
): Promise<{ client: Client; close(): Promise<void> }> {
  const connection = await Connection.connect({
    ...options,
    channelArgs: { 'grpc.max_reconnect_backoff_ms': RECONNECT_MS_MAX },
    interceptors: [retriesWithinDeadline()],
  });
  return {
    client: new Client({ connection, namespace }),
    close: () => connection.close(),
  };
}
