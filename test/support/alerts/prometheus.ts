import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { freePort } from '../../../src/host/free-port';
import { until } from '../kill/until';

/** A real Prometheus of its own, with the shipped config but for its intervals, ports and rules. */
export interface Prometheus {
  /** Names the alerts that fire now. */
  firing(): Promise<string[]>;
  /** Names the jobs of targets that could not be scraped the last time. */
  away(): Promise<string[]>;
  /** Reads other rules from now on. */
  use(rules: string): void;
  stop(): Promise<void>;
}

export interface PrometheusOptions {
  folder: string;
  rules: string;
  /** The ports of the shipped config, and those on which the processes are scraped here. */
  ports: Readonly<Record<number, number>>;
}

const CONFIG = join(__dirname, '../../../deploy/prometheus/prometheus.yml');
const EVERY = '1s';

interface Config {
  global: { scrape_interval: string; evaluation_interval: string };
  scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
}

export async function startPrometheus(options: PrometheusOptions): Promise<Prometheus> {
  const { folder, rules, ports } = options;
  const port = await freePort();
  mkdirSync(folder);
  const rulesFile = join(folder, 'alerts.yml');
  writeFileSync(rulesFile, rules);
  writeFileSync(join(folder, 'prometheus.yml'), configOf(ports));
  const log = openSync(join(folder, 'log'), 'a');
  const child = spawn(
    'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${String(port)}`,
    ],
    { stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const ended = once(child, 'exit');
  const ask = async <Data>(path: string): Promise<Data> => {
    const answer = await fetch(`http://127.0.0.1:${String(port)}/api/v1/${path}`);
    // Sound because these are the API's documented answers.
    return ((await answer.json()) as { data: Data }).data;
  };
  await until('Prometheus to answer', async () => {
    if (child.exitCode !== null) throw new Error(`it ended: ${join(folder, 'log')}`);
    return ask('targets');
  });
  return {
    async firing() {
      const { alerts } = await ask<{ alerts: Alert[] }>('alerts');
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname);
    },
    async away() {
      const { activeTargets } = await ask<{ activeTargets: Target[] }>('targets');
      return activeTargets.filter(({ health }) => health !== 'up').map(({ labels }) => labels.job);
    },
    use(other) {
      writeFileSync(rulesFile, other);
      child.kill('SIGHUP');
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

interface Alert {
  labels: { alertname: string };
  state: 'pending' | 'firing';
}

interface Target {
  labels: { job: string };
  health: 'up' | 'down' | 'unknown';
}

/** Changes the shipped config as little as possible. Throws for a target whose port has nobody. */
function configOf(ports: PrometheusOptions['ports']): string {
  const config = parse(readFileSync(CONFIG, 'utf8')) as Config;
  config.global = { scrape_interval: EVERY, evaluation_interval: EVERY };
  for (const { targets } of config.scrape_configs.flatMap((job) => job.static_configs)) {
    for (const [index, target] of targets.entries()) {
      const port = ports[Number(target.split(':')[1])];
      if (port === undefined) throw new Error(`nobody here stands for ${target}`);
      targets[index] = `127.0.0.1:${String(port)}`;
    }
  }
  return stringify(config);
}
