import { formsOf } from './config-schema';
import type { JsonSchema } from './config-schema';

/** docs/configuration.md: every entry of reelay.config.json but the numbers, which docs/settings.md has. */

const HEAD = ['| entry | what may be written | what it says |', '|---|---|---|'];
const MARK =
  '<!-- written by `npm run config-pages` from the schemas in src/config; what stands above is not -->';

/** Returns the page with its tables made anew. */
export function render(page: string, schema: JsonSchema): string {
  const [words] = page.split(MARK);
  if (words === undefined || !page.includes(MARK))
    throw new Error(`the page lacks the line ${MARK}`);
  const { channels, models, groups, money, alerts } = schema.properties ?? {};
  const [simulated, real] = formsOf(channels);
  const [model] = formsOf(models);
  const [group] = formsOf(groups);
  const { channels: choices, price, offers, defaults } = model?.properties ?? {};
  const prices = merged(price?.anyOf);
  const row = prices.properties?.['rows']?.items;
  const top = Object.entries(schema.properties ?? {}).filter(([name]) => !LISTED.includes(name));
  return [
    `${words}${MARK}\n`,
    section('`channels.<name>` that reaches a provider', real),
    section('`channels.<name>` that is simulated', simulated, Object.keys(real?.properties ?? {})),
    section('`models.<name>`', model),
    section('`models.<name>.channels`, each of the list', choices?.items),
    section('`models.<name>.price`, one of', prices),
    section('`models.<name>.price.rows`, each of the list', row),
    section('`models.<name>.price.rows`, `when`', row?.properties?.['when']),
    section('`models.<name>.offers`', offers),
    section('`models.<name>.defaults`', defaults),
    section('`groups.<name>`', group),
    section('`money`', money),
    section('`alerts`', alerts),
    section('The rest', { properties: Object.fromEntries(top) }),
  ].join('\n');
}

/** Have a section each, here or on the page of settings. */
const LISTED = ['channels', 'models', 'groups', 'money', 'alerts', 'waits', 'limits', 'retention'];

const merged = (forms: readonly JsonSchema[] | undefined): JsonSchema => ({
  properties: Object.assign({}, ...(forms ?? []).map(({ properties }) => properties)) as Record<
    string,
    JsonSchema
  >,
});

function section(
  title: string,
  schema: JsonSchema | undefined,
  known: readonly string[] = [],
): string {
  const rows = Object.entries(schema?.properties ?? {})
    .filter(([name]) => name === 'simulated' || !known.includes(name) || name === 'provider')
    .map(([name, entry]) => {
      const needed = schema?.required?.includes(name) ? ', **required**' : '';
      return `| \`${name}\` | ${formOf(entry)}${needed} | ${entry.description ?? ''} |`;
    });
  const same =
    known.length > 0
      ? ['', 'Beside these it may have the entries above, but for those of a provider’s address.']
      : [];
  const says = schema?.description ? [schema.description, ''] : [];
  return [`## ${title}`, '', ...says, ...HEAD, ...rows, ...same, ''].join('\n');
}

/** Says in words what may be written: `a whole number from 1 to 5`. */
function formOf(schema: JsonSchema): string {
  const { anyOf, type, items, additionalProperties } = schema;
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (anyOf) return [...new Set(anyOf.map(formOf))].join(' or ');
  if (type === 'array') return `list of ${items ? plural(formOf(items)) : 'anything'}`;
  if (type === 'boolean') return '`true` or `false`';
  if (type === 'integer' || type === 'number') return numberForm(schema);
  if (type === 'object') {
    return typeof additionalProperties === 'object' ? 'object by name' : 'object';
  }
  return schema.format === 'date' ? 'day, `2027-03-01`' : 'text';
}

const plural = (form: string): string =>
  form.startsWith('`') ? form : ({ text: 'texts', object: 'objects' }[form] ?? form);

function numberForm({ type, minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const kind = type === 'integer' ? 'whole number' : 'number';
  const from =
    exclusiveMinimum !== undefined
      ? ` above ${String(exclusiveMinimum)}`
      : minimum === undefined
        ? ''
        : ` from ${String(minimum)}`;
  return `${kind}${from}${maximum === undefined ? '' : ` to ${String(maximum)}`}`;
}
