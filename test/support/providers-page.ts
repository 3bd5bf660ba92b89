import { lengthsOf } from '../../src/core/request/apply-capabilities';
import type { Capabilities } from '../../src/core/request/capabilities';
import { MODES } from '../../src/core/request/request';
import type { Provider } from '../../src/core/provider/provider';
import { isGone } from '../../src/core/provider/retired';
import { pricesOf } from './list-prices-table';
import { providers } from '../../src/providers';

/** docs/providers.md: the models of each provider, below a line `<!-- models of ark -->`, up to the next heading. */

export function renderProviders(page: string): string {
  return Object.values(providers).reduce((text, provider) => {
    const mark = `<!-- models of ${provider.name} -->\n`;
    const [before, after] = text.split(mark);
    if (before === undefined || after === undefined) throw new Error(`the page lacks ${mark}`);
    const next = after.indexOf('\n## ');
    return `${before}${mark}\n${tableOf(provider)}${next < 0 ? '' : after.slice(next)}`;
  }, page);
}

function tableOf(provider: Provider): string {
  const { models, retired = {}, prices } = provider;
  const living = Object.entries(models).filter(([id]) => !isGone(provider, id));
  const gone = Object.entries(retired).map(
    ([id, { since, successor, hosts }]) =>
      `\`${id}\` (${[`${since}${hosts ? ` at ${hosts.join(', ')}` : ''}`, ...(successor === undefined ? [] : [`use \`${successor}\``])].join('; ')})`,
  );
  return [
    '| id | seconds | resolutions | sound | made from |',
    '|---|---|---|---|---|',
    ...living.map(([id, model]) => rowOf(id, model)),
    ...(gone.length === 0
      ? []
      : [
          '',
          `No more: ${gone.join(', ')}. A config whose \`channels\` name one of these ids does not start; the names that callers use may stay.`,
        ]),
    '',
    ...pricesOf(
      living.map(([id]) => id),
      prices,
    ),
    '',
  ].join('\n');
}

function rowOf(id: string, model: Capabilities): string {
  const cells = [
    `\`${id}\``,
    secondsOf(model),
    model.resolutions.join(', '),
    soundOf(model),
    MODES.filter((mode) => model.modes[mode])
      .map((mode) => MODE_WORDS[mode])
      .join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}

const MODE_WORDS = {
  text: 'text',
  first_frame: 'first frame',
  first_last_frame: 'first and last frame',
  reference: 'references',
} as const;

function secondsOf({ seconds, secondsByResolution = {} }: Capabilities): string {
  const lengths = lengthsOf(seconds);
  const isRange = lengths.length === seconds.max - seconds.min + 1 && lengths.length > 2;
  const shown = isRange ? `${String(seconds.min)} to ${String(seconds.max)}` : lengths.join(', ');
  const fewer = Object.entries(secondsByResolution).map(
    ([resolution, made]) => ` (${resolution}: ${made.join(', ')})`,
  );
  return `${shown}${seconds.auto ? ', or -1' : ''}${fewer.join('')}`;
}

function soundOf(model: Capabilities): string {
  if (model.audioAlways) return 'always';
  const inModes = Object.values(model.modes).some((mode) => mode.audio);
  if (!model.audio && !inModes) return 'no';
  const where = model.audioResolutions ? `, in ${model.audioResolutions.join(' and ')}` : '';
  return `${model.audioDefault ? 'unless refused' : 'if asked for'}${where}`;
}
