import { DEFAULT_CHANNELS } from '../../default-catalog';
import { isReal } from './accounts';
import type { Answers, ChosenAccount } from './answers';
import type { OfferedModel } from './models';
import { isByCost } from './problems';

/**
 * Writes the text of reelay.config.json, with a comment wherever somebody may want to change something. `schema` is the
 * path at which an editor finds the schema.
 */
export function fileText(
  { accounts, models, pointsPer }: Answers,
  schema: string | undefined,
): string {
  const lines = [
    '{',
    ...(schema === undefined ? [] : [`  "$schema": ${JSON.stringify(schema)},`]),
    '  // Written by "reelay init"; comments may stay. docs/configuration.md has every entry that may be added, and',
    '  // "reelay config check" says what is wrong with this file.',
    '  "channels": {',
    ...accounts.flatMap((one, index) => accountLines(one, index === accounts.length - 1)),
    '  },',
    '  "models": {',
    '    // Callers ask for the name on the left. "price" is so many times the list price of the provider (docs/providers.md),',
    '    // or rates of your own: {"perVideo": "25"}, {"perSecond": "5"}, {"free": true}; docs/prices.md has every form.',
    ...models.flatMap((model, index) => modelLines(model, index === models.length - 1)),
    ...(Object.keys(pointsPer).length > 0 ? ['  },', ...moneyLines(pointsPer)] : []),
    '  }',
    '}',
  ];
  return `${lines.join('\n')}\n`;
}

function accountLines({ account, variables }: ChosenAccount, isLast: boolean): string[] {
  if (!isReal(account)) return simulatedLines();
  const credentials = Object.entries(variables)
    .map(([name, variable]) => `${JSON.stringify(name)}: ${JSON.stringify(`\${${variable}}`)}`)
    .join(', ');
  return [
    `    // ${account.label}. What stands in \${...} is read from the environment at the start.`,
    `    ${JSON.stringify(account.channel)}: {`,
    `      "provider": ${JSON.stringify(account.provider)},`,
    `      "baseUrl": ${JSON.stringify(account.baseUrl)},`,
    `      "credentials": { ${credentials} }`,
    '      // "jobsAtOnce": 5 holds back what the account would refuse; docs/caps.md and docs/rate-limits.md have more.',
    `    }${isLast ? '' : ','}`,
  ];
}

function simulatedLines(): string[] {
  const channels = Object.entries(DEFAULT_CHANNELS);
  return [
    '    // Test clips: no provider is called, and nothing is paid.',
    ...channels.map(
      ([name, channel], index) =>
        `    ${JSON.stringify(name)}: ${spaced(channel)}${index === channels.length - 1 ? '' : ','}`,
    ),
  ];
}

function moneyLines(pointsPer: Answers['pointsPer']): string[] {
  return [
    '  // What one of a currency is worth in points is yours to say, and follows no market: look at it when rates move.',
    '  "money": {',
    `    "pointsPer": ${spaced(pointsPer)}`,
  ];
}

function modelLines(model: OfferedModel, isLast: boolean): string[] {
  const { name, channel, id } = model;
  const isFlat = !isByCost(model.price);
  const price = `      "price": ${spaced(isFlat ? { perVideo: model.price } : { costTimes: model.price.slice(0, -1) })}`;
  // One price for all videos is for those that cost about the same.
  const offers = isFlat ? model.offers : undefined;
  return [
    `    ${JSON.stringify(name)}: {`,
    `      "channels": [${spaced({ channel, model: id })}],`,
    ...(offers ? [`${price},`, `      "offers": ${JSON.stringify(offers)}`] : [price]),
    `    }${isLast ? '' : ','}`,
  ];
}

/** Writes a flat object as people do: `{ "perVideo": "25" }`. */
function spaced(value: Readonly<Record<string, string | boolean>>): string {
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${JSON.stringify(item)}`,
  );
  return `{ ${entries.join(', ')} }`;
}
