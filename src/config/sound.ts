import type { ConfigError } from '../core/catalog/config-error';
import { isPlain } from './references';

type Value = Readonly<Record<string, unknown>>;

/**
 * Returns what is left of a config without the entries that are wrong and without what speaks of those, so that the
 * rest can be judged as well, and nothing is called wrong because of something else that is.
 */
export function soundPart(value: Value, errors: readonly ConfigError[]): Value {
  const rest = errors.reduce(without, value);
  const channels = names(errors, 'channels');
  const models = entriesOf(rest['models']).map(([name, model]): [string, unknown] => [
    name,
    withoutChannels(model, channels),
  ]);
  const served = models.filter(([, model]) => !isEmpty(model));
  const isWhole =
    served.length === models.length &&
    !errors.some(({ at: [part, , field] }) => part === 'models' && field !== 'price');
  if (isWhole) return rest;
  const kept = served.map(([name, model]) => [name, omit(model, 'successor')]);
  return {
    ...omit(rest, 'groups'),
    ...('models' in rest ? { models: Object.fromEntries(kept) } : {}),
    ...('channels' in rest ? { channels: withoutModelCaps(rest['channels']) } : {}),
  };
}

/**
 * Takes out just the values that are wrong, as far as they stand in objects: most entries can do without.
 */
export function withoutValues(value: Value, errors: readonly ConfigError[]): Value {
  // Sound: an object stays one.
  return errors.reduce((rest, { at }) => withoutValue(rest, at) as Value, value);
}

function withoutValue(value: unknown, at: readonly PropertyKey[]): unknown {
  const [step, ...rest] = at;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => (index === step ? withoutValue(item, rest) : item));
  }
  if (!isPlain(value) || step === undefined) return value;
  const name = String(step);
  if (rest.length === 0) return omit(value, name);
  return name in value ? { ...value, [name]: withoutValue(value[name], rest) } : value;
}

function without(value: Value, { at: [part, name, field] }: ConfigError): Value {
  if (part === undefined) return {};
  const entry = value[String(part)];
  if (name !== undefined && isPlain(entry)) {
    const model = entry[String(name)];
    // A price says nothing of what else stands in its model.
    if (part === 'models' && field === 'price' && isPlain(model)) {
      const free = { ...model, price: { free: true } };
      return { ...value, models: { ...entry, [String(name)]: free } };
    }
    return { ...value, [String(part)]: omit(entry, String(name)) };
  }
  // Models of channels that cannot be read say nothing either.
  return part === 'channels' ? omit(omit(value, 'channels'), 'models') : omit(value, String(part));
}

const names = (errors: readonly ConfigError[], part: string): readonly string[] =>
  errors.filter(({ at }) => at[0] === part).map(({ at }) => String(at[1]));

function withoutChannels(model: unknown, gone: readonly string[]): unknown {
  if (!isPlain(model) || !Array.isArray(model['channels'])) return model;
  const channels: unknown[] = model['channels'];
  const kept = channels.filter(
    (choice) => !isPlain(choice) || !gone.includes(String(choice['channel'])),
  );
  return { ...model, channels: kept };
}

function isEmpty(model: unknown): boolean {
  return isPlain(model) && Array.isArray(model['channels']) && model['channels'].length === 0;
}

function withoutModelCaps(channels: unknown): unknown {
  const kept = entriesOf(channels).map(([name, channel]) => [
    name,
    omit(channel, 'modelJobsAtOnce'),
  ]);
  return Object.fromEntries(kept) as unknown;
}

const entriesOf = (value: unknown): [string, unknown][] =>
  isPlain(value) ? Object.entries(value) : [];

function omit(value: unknown, name: string): Record<string, unknown> {
  return Object.fromEntries(entriesOf(value).filter(([key]) => key !== name));
}
