import { Connection } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { SEARCH_ATTRIBUTES } from '../../workflows/contract';
import { waitFor } from '../host/wait';
import type { EngineConnection } from './connection';
import { doubledAttributes } from './doubled-attributes';
import { isRefusal, sentenceOf, statusOf } from './engine-error';

/** The sweep looks for closed runs and reports rely on them; an operator may keep them longer. */
const RETENTION_MS = 7 * 24 * 3_600_000;
/** INDEXED_VALUE_TYPE_KEYWORD of the engine's API. */
const KEYWORD = 2;
/** A cluster's servers hear of a new namespace or attribute within some ten seconds. */
const USABLE_MS = 60_000;
const POLL_MS = 100;
const CALL_MS = 10_000;

export interface PrepareOptions {
  /** How long to wait for an answer at all. */
  connectMs?: number;
  /** How long the engine may take to make a new namespace or attribute known to itself. */
  usableMs?: number;
  /** Hears of what had to be left to the operator. */
  say?: (line: string) => void;
}

/**
 * Makes the namespace fit for work: registered, runs kept for 7 days or longer, our search attributes known, and all
 * of it usable. Changes nothing that is right, so any number of processes may call it at any time. Throws one sentence
 * when the engine cannot be reached. Answers the server's version.
 */
export async function prepareNamespace(
  connection: EngineConnection,
  namespace: string,
  { connectMs = CALL_MS, usableMs = USABLE_MS, say = () => undefined }: PrepareOptions = {},
): Promise<{ version: string }> {
  const engine = await connect(connection, connectMs);
  try {
    const { serverVersion } = await within(engine, () => engine.workflowService.getSystemInfo({}));
    await within(engine, () => ensureNamespace(engine, namespace, say));
    await patiently(usableMs, () => within(engine, () => ensureAttributes(engine, namespace, say)));
    await waitUsable(engine, namespace, usableMs);
    await sayDoubled(engine, namespace, { address: connection.address, say });
    return { version: serverVersion };
  } catch (error) {
    const problem = `the engine at ${connection.address} cannot serve namespace "${namespace}"`;
    throw new Error(`${problem}: ${sentenceOf(error)}`, { cause: error });
  } finally {
    await engine.close();
  }
}

async function connect(connection: EngineConnection, connectMs: number): Promise<Connection> {
  try {
    return await Connection.connect({ ...connection, connectTimeout: connectMs });
  } catch (error) {
    const problem = `the engine at ${connection.address} does not answer within ${connectMs / 1_000} s`;
    throw new Error(
      `${problem}: ${sentenceOf(error)}; check that it runs, and TEMPORAL_ADDRESS, TEMPORAL_API_KEY and TEMPORAL_TLS_*`,
      { cause: error },
    );
  }
}

function within<T>(engine: Connection, call: () => Promise<T>): Promise<T> {
  return engine.withDeadline(Date.now() + CALL_MS, call);
}

async function ensureNamespace(
  { workflowService }: Connection,
  namespace: string,
  say: (line: string) => void,
): Promise<void> {
  const workflowExecutionRetentionTtl = msToTs(RETENTION_MS);
  try {
    const { config } = await workflowService.describeNamespace({ namespace });
    const kept = config?.workflowExecutionRetentionTtl;
    if (kept && tsToMs(kept) >= RETENTION_MS) return;
    await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl } });
  } catch (error) {
    if (statusOf(error) === 'NOT_FOUND') {
      await ignoring('ALREADY_EXISTS', () =>
        workflowService.registerNamespace({
          namespace,
          workflowExecutionRetentionPeriod: workflowExecutionRetentionTtl,
        }),
      );
    } else if (isRefusal(error)) {
      say(
        `engine: namespace "${namespace}" is managed elsewhere; let it keep closed runs for 7 days`,
      );
    } else throw error;
  }
}

async function ensureAttributes(
  { operatorService }: Connection,
  namespace: string,
  say: (line: string) => void,
): Promise<void> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    const wrong = SEARCH_ATTRIBUTES.find((name) => (customAttributes[name] ?? KEYWORD) !== KEYWORD);
    if (wrong) throw new Error(`its search attribute ${wrong} is not of type Keyword`);
    const missing = SEARCH_ATTRIBUTES.filter((name) => customAttributes[name] === undefined);
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]));
    await ignoring('ALREADY_EXISTS', () =>
      operatorService.addSearchAttributes({ namespace, searchAttributes }),
    );
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const names = SEARCH_ATTRIBUTES.join(', ');
    say(
      `engine: namespace "${namespace}" is managed elsewhere; it needs the Keyword search attributes ${names}`,
    );
  }
}

async function sayDoubled(
  engine: Connection,
  namespace: string,
  { address, say }: { address: string; say: (line: string) => void },
): Promise<void> {
  try {
    const { config } = await within(engine, () =>
      engine.workflowService.describeNamespace({ namespace }),
    );
    const aliases = config?.customSearchAttributeAliases ?? {};
    const line = doubledAttributes(aliases, { address, namespace });
    if (line) say(line);
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
}

/**
 * Waits until namespace and attributes can be used: a query over an attribute passes only when the namespace and the
 * attribute have reached the server that we ask.
 */
async function waitUsable(engine: Connection, namespace: string, usableMs: number): Promise<void> {
  const query = SEARCH_ATTRIBUTES.map((name) => `${name} = 'none'`).join(' OR ');
  await patiently(
    usableMs,
    () =>
      within(engine, () => engine.workflowService.countWorkflowExecutions({ namespace, query })),
    () => true,
  );
}

/** Repeats what fails only because the news of a fresh namespace is still travelling. */
async function patiently(
  timeoutMs: number,
  call: () => Promise<unknown>,
  isPassing: (error: unknown) => boolean = (error) => statusOf(error) === 'NOT_FOUND',
): Promise<void> {
  let last: unknown;
  const isDone = await waitFor(
    async () => {
      try {
        await call();
        return true;
      } catch (error) {
        if (!isPassing(error)) throw error;
        last = error;
        return undefined;
      }
    },
    { timeoutMs, everyMs: POLL_MS },
  );
  if (!isDone) throw last;
}

async function ignoring(status: 'ALREADY_EXISTS', call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (statusOf(error) !== status) throw error;
  }
}
