import { join } from 'node:path';
import { readSettings } from '../run/settings';
import { dialects } from '../dialects';
import { fileLog } from '../run/log';
import { runLocal } from '../run/local';
import type { LocalGateway } from '../run/local';
import { countSimulated, simulatedWords } from '../run/simulated';
import { portOf, readFlags } from './flags';
import { onShutdown } from './shutdown';

const PORT = 8080;

/** Runs everything until Ctrl-C. With `--json` it prints one READY line on stdout. */
export async function start(args: readonly string[]): Promise<number> {
  const flags = readFlags(args, {
    'temporal-port': { type: 'string' },
    'temporal-ui-port': { type: 'string' },
  });
  const shutdown = onShutdown();
  const say = (line: string): void => {
    process.stderr.write(`${line}\n`);
  };
  const gateway = await runLocal({
    config: readSettings(),
    data: flags.data,
    host: flags.host,
    port: flags.port ?? PORT,
    temporalPort: portOf('temporal-port', flags.own['temporal-port']),
    temporalUiPort: portOf('temporal-ui-port', flags.own['temporal-ui-port']),
    allowCallbacksTo: flags.allowCallbacksTo,
    say,
    log: fileLog(flags.data),
  });
  try {
    const ready = readyOf(gateway);
    if (flags.json) process.stdout.write(`${JSON.stringify(ready)}\n`);
    else process.stdout.write(welcome(gateway, flags.data));
    const ended = await Promise.race([shutdown.requested, gateway.failed]);
    say(
      `${ended}: stopping; a submit under way may end first. Once more ends at once, and ` +
        `"reelay stop" then ends the engine and the database`,
    );
    return 0;
  } finally {
    await gateway.stop();
    shutdown.dispose();
    say('stopped');
  }
}

export interface Ready {
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

export function readyOf(gateway: LocalGateway): Ready {
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

/** The first model that takes 4 and 5 seconds at 1280x720. */
export function modelFor({ base }: LocalGateway): string {
  const models = base.catalog.list({ group: 'default', models: null });
  const suits = models.find(({ routes: [{ capabilities }] }) => {
    const { min, max } = capabilities.seconds;
    return min <= 4 && max >= 5 && capabilities.sizes['720p']?.['16:9'] !== undefined;
  });
  return suits?.entry.name ?? models[0]?.entry.name ?? '';
}

function welcome(gateway: LocalGateway, data: string): string {
  const model = modelFor(gateway);
  return `
Reelay is ready.

  API           ${gateway.api}/v1/videos
  API key       ${gateway.keys.key}
  Callbacks     signed with callback_secret of ${join(data, 'keys.json')}
  Models        ${simulatedWords(countSimulated(gateway.base.catalog))}
  Temporal UI   ${workflowsPage(gateway) ?? 'where your cluster has it'}
  Temporal      ${gateway.engine.address}, namespace ${gateway.base.namespace}
  Engine        Temporal ${gateway.engine.version} (${gateway.engine.kind})
  Database      PostgreSQL ${gateway.store.version} (${gateway.store.kind})
  Data          ${data}

  curl ${gateway.api}/v1/videos \\
    -H 'Authorization: Bearer ${gateway.keys.key}' -H 'Content-Type: application/json' \\
    -d '{"model": "${model}", "prompt": "a cat on a windowsill", "duration": 5, "resolution": "720p"}'

Ctrl-C stops it; nothing is lost, the next start goes on.
`;
}
