import type { Config } from '../config';
import { ConfigError, throwFound } from '../core/catalog/config-error';
import { unknownField } from '../core/json/known-fields';
import type { Caps, ChannelCaps } from '../core/slots/caps';

/**
 * Reads the operator's caps. Throws the errors of all entries that are wrong: one names a group or a model that nothing else names: a
 * cap with a slip of the pen would hold nobody.
 */
export function capsOf({
  channels,
  models,
  groups,
}: Pick<Config, 'channels' | 'models' | 'groups'>): Caps {
  const entries = Object.values(models);
  const named = [...new Set(entries.flatMap((model) => model.groups))];
  const unknown = Object.keys(groups).filter((group) => !named.includes(group));
  const routes = entries.flatMap((model) => model.channels);
  const caps = Object.entries(channels).map(([name, channel]) => {
    const { modelJobsAtOnce, selfHosted, jobsAtOnce = selfHosted ? 1 : undefined } = channel;
    const served = routes.filter(({ channel }) => channel === name).map(({ model }) => model);
    return {
      made: [name, { jobsAtOnce, modelJobsAtOnce } satisfies ChannelCaps] as const,
      errors: modelErrors(name, modelJobsAtOnce, served),
    };
  });
  throwFound([
    ...unknown.map((group) => new ConfigError(['groups', group], unknownGroup(group, named))),
    ...caps.flatMap(({ errors }) => errors),
  ]);
  return { groups, channels: Object.fromEntries(caps.map(({ made }) => made)) };
}

const unknownGroup = (name: string, named: readonly string[]): string =>
  `no model has the group "${name}" (groups of models: ${named.join(', ')})`;

function modelErrors(
  channel: string,
  modelJobsAtOnce: ChannelCaps['modelJobsAtOnce'] = {},
  served: readonly string[],
): ConfigError[] {
  const unknown = Object.keys(modelJobsAtOnce).filter((model) => !served.includes(model));
  return unknown.map((model) => {
    const text = `${unknownField(model, [...new Set(served)])}: no entry of "models" asks this channel for it`;
    return new ConfigError(['channels', channel, 'modelJobsAtOnce', model], text);
  });
}
