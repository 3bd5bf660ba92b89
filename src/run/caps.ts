import type { Config } from '../config';
import { ConfigError } from '../core/catalog/config-error';
import { unknownField } from '../core/json/known-fields';
import type { Caps, ChannelCaps } from '../core/slots/caps';

/**
 * Reads the operator's caps. Throws a `ConfigError` where an entry names a group or a model that nothing else names: a
 * cap with a slip of the pen would hold nobody.
 */
export function capsOf({
  channels,
  models,
  groups,
}: Pick<Config, 'channels' | 'models' | 'groups'>): Caps {
  const entries = Object.values(models);
  const named = [...new Set(entries.flatMap((model) => model.groups))];
  const unknown = Object.keys(groups).find((group) => !named.includes(group));
  if (unknown !== undefined) {
    throw new ConfigError(['groups', unknown], unknownGroup(unknown, named));
  }
  const routes = entries.flatMap((model) => model.channels);
  return {
    groups,
    channels: Object.fromEntries(
      Object.entries(channels).map(([name, { jobsAtOnce, modelJobsAtOnce }]) => {
        const served = routes.filter(({ channel }) => channel === name).map(({ model }) => model);
        checkModels(name, modelJobsAtOnce, served);
        return [name, { jobsAtOnce, modelJobsAtOnce } satisfies ChannelCaps];
      }),
    ),
  };
}

const unknownGroup = (name: string, named: readonly string[]): string =>
  `no model has the group "${name}" (groups of models: ${named.join(', ')})`;

function checkModels(
  channel: string,
  modelJobsAtOnce: ChannelCaps['modelJobsAtOnce'] = {},
  served: readonly string[],
): void {
  const unknown = Object.keys(modelJobsAtOnce).find((model) => !served.includes(model));
  if (unknown === undefined) return;
  throw new ConfigError(
    ['channels', channel, 'modelJobsAtOnce', unknown],
    `${unknownField(unknown, [...new Set(served)])}: no entry of "models" asks this channel for it`,
  );
}
