import type { Logger } from 'pino';
import type { Config } from '../config';
import type { RefusalReason } from '../core/ports/metrics';
import { apis } from '../dialects';
import { rawRefusalsOf } from '../http/errors';
import type { ConnectionLimits, FullConnections } from '../http/connections';
import type { ListenOptions } from '../http/listen';
import type { Foundation } from './foundation';

/**
 * Returns how a server deals with connections of callers: so many as the config lets open, a line of the log and a
 * count for one too many, and an API's words for what is no request.
 */
export function callersConnections({
  config,
  log,
  metrics,
}: Pick<Foundation, 'config' | 'log' | 'metrics'>): Pick<
  ListenOptions,
  'connections' | 'onFull' | 'onRefused' | 'renderRefusal'
> {
  const tell = tellFull(log);
  return {
    connections: connectionsOf(config),
    onFull(full) {
      metrics.refused(REASONS[full]);
      tell(full);
    },
    onRefused: metrics.refused,
    renderRefusal: rawRefusalsOf(Object.values(apis)),
  };
}

/** Returns how many connections the config lets callers open. Behind a proxy all of them are its own. */
export function connectionsOf({
  limits,
  trustProxy,
}: Pick<Config, 'limits' | 'trustProxy'>): ConnectionLimits {
  return {
    max: limits.connections,
    perAddressMax: trustProxy === undefined ? limits.connectionsPerAddress : undefined,
  };
}

const REASONS: Readonly<Record<FullConnections, RefusalReason>> = {
  all: 'connections',
  address: 'connections_of_address',
};

const TOLD_EVERY_MS = 60_000;

const SETTINGS: Readonly<Record<FullConnections, string>> = {
  all: 'limits.connections',
  address: 'limits.connectionsPerAddress',
};

/** Returns what writes a line of the log for connections that were closed as too many: one in a minute, with their number. */
export function tellFull(
  log: Pick<Logger, 'warn'>,
  now: () => number = Date.now,
): (full: FullConnections) => void {
  const told = new Map<FullConnections, { at: number; since: number }>();
  return (full) => {
    const last = told.get(full) ?? { at: -Infinity, since: 0 };
    const closed = last.since + 1;
    if (now() - last.at < TOLD_EVERY_MS) {
      told.set(full, { ...last, since: closed });
      return;
    }
    told.set(full, { at: now(), since: 0 });
    log.warn({ setting: SETTINGS[full], closed }, 'connections of callers were closed as too many');
  };
}
