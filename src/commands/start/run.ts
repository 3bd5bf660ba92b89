import { join } from 'node:path';
import type { RoutedModel } from '../../core/catalog/catalog';
import { commandLine } from '../../host/command-line';
import { readSettings, surveySettings } from '../../run/settings';
import { dialects } from '../../dialects';
import { fileLog } from '../../run/log';
import { runLocal } from '../../run/local';
import type { LocalGateway } from '../../run/local';
import { countSimulated, simulatedWords } from '../../run/simulated';
import type { MetricsAddress } from '../../run/metrics';
import { EXIT } from '../kit/exit-codes';
import { onShutdown } from '../shutdown';
import { reloadableBySignal } from '../reload-signal';
import { sampleRequest } from './sample-request';
import type { SampleRequest } from './sample-request';

/** The development server has no authentication; an operator's own cluster may. */
const ENGINE_TRUST =
  'the engine asks for no password: every account of this machine can reach it and make videos on any workspace. ' +
  'On a machine that you share, run your own cluster with TLS (TEMPORAL_ADDRESS)';

/** What the command line says of a start. */
export interface StartOptions {
  /** Absolute path of the data folder. */
  data: string;
  host: string;
  port: number;
  temporalPort?: number | undefined;
  temporalUiPort?: number | undefined;
  metrics: MetricsAddress | undefined;
  allowCallbacksTo: readonly string[];
  json?: true | undefined;
}

/** Runs everything until Ctrl-C. With `--json` it prints one READY line on stdout. */
export async function runStart({ json, ...options }: StartOptions): Promise<number> {
  const { data } = options;
  const shutdown = onShutdown();
  const reloading = reloadableBySignal(shutdown);
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const config = readSettings();
  const gateway = await runLocal({
    ...options,
    config,
    survey: () => surveySettings({}),
    say,
    log: fileLog(data, config),
  });
  reloading.begin(gateway.base);
  try {
    if (gateway.engine.kind !== 'address') say(ENGINE_TRUST);
    const ready = readyOf(gateway);
    if (json) process.stdout.write(`${JSON.stringify(ready)}\n`);
    else process.stdout.write(welcome(gateway, data, process.stdout.isTTY));
    const ended = await Promise.race([shutdown.requested, gateway.failed]);
    say(
      `${ended}: stopping; a submit under way may end first. Once more ends at once, and ` +
        `"${commandLine(`stop --data ${data}`)}" then ends the engine and the database`,
    );
    return EXIT.ok;
  } finally {
    await gateway.stop();
    shutdown.dispose();
    say('stopped');
  }
}

/** The line that `--json` prints once everything can be called. */
export interface ReadyReport {
  ready: true;
  /** Origin without a path. */
  api: string;
  key: string;
  admin_key: string;
  callback_secret: string;
  /** One usable model per dialect. */
  models: Record<string, string>;
  /** The list of its workflows. */
  temporal_ui: string | null;
  /** `127.0.0.1:7233`, for TEMPORAL_ADDRESS of other programs. */
  temporal_address: string;
  pid: number;
}

export function readyOf(gateway: LocalGateway): ReadyReport {
  return {
    ready: true,
    api: gateway.api,
    ...gateway.keys,
    models: Object.fromEntries(Object.keys(dialects).map((name) => [name, modelFor(gateway)])),
    temporal_ui: workflowsPage(gateway) ?? null,
    temporal_address: gateway.engine.address,
    pid: process.pid,
  };
}

/** The page that lists our workflows: the origin alone opens at a namespace in which there are none. */
function workflowsPage({ engine, base }: LocalGateway): string | undefined {
  return engine.uiUrl && `${engine.uiUrl}/namespaces/${base.namespace}/workflows`;
}

const modelsOf = ({ base }: LocalGateway): readonly RoutedModel[] =>
  base.catalog.list({ group: 'default', models: null });

/** What the demo and the welcome text ask for, by the models that everybody sees, or by those of one provider. */
export const sampleFor = (gateway: LocalGateway, provider?: string): SampleRequest | undefined =>
  sampleRequest(
    modelsOf(gateway).filter(
      ({ routes: [route] }) => provider === undefined || route.provider.name === provider,
    ),
  );

/** The model of the sample, or any; empty where there is none. */
export const modelFor = (gateway: LocalGateway): string =>
  sampleFor(gateway)?.model ?? modelsOf(gateway)[0]?.entry.name ?? '';

/**
 * The key itself is shown to a person only: whatever collects the output of a process without a terminal keeps it for
 * everybody who may read logs.
 */
function welcome(gateway: LocalGateway, data: string, isTerminal: boolean): string {
  const sample = { prompt: 'a cat on a windowsill', ...sampleFor(gateway) };
  const keysFile = join(data, 'keys.json');
  const key = isTerminal ? gateway.keys.key : '<the "key" of that file>';
  return `
Reelay is ready.

  API           ${gateway.api}/v1/videos
  Reference     ${gateway.api}/docs
  API key       ${isTerminal ? gateway.keys.key : `in ${keysFile}`}
  Callbacks     signed with callback_secret of ${keysFile}
  Models        ${simulatedWords(countSimulated(gateway.base.catalog))}
  Temporal UI   ${workflowsPage(gateway) ?? 'where your cluster has it'}
  Temporal      ${gateway.engine.address}, namespace ${gateway.base.namespace}
  Engine        Temporal ${gateway.engine.version} (${gateway.engine.kind})
  Database      PostgreSQL ${gateway.store.version} (${gateway.store.kind})
  Data          ${data}

  curl ${gateway.api}/v1/videos \\
    -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' \\
    -d '${JSON.stringify(sample)}'

Ctrl-C stops it; nothing is lost, the next start goes on.
`;
}
