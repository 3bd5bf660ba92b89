import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { LinkLife } from '../../simulators/contract';
import { isGone } from '../../src/core/provider/retired';
import type { Provider } from '../../src/core/provider/provider';
import type { Capabilities } from '../../src/core/request/capabilities';
import { providers } from '../../src/providers';
import { taken, upstreamOf } from './evil';
import { LIVING_MODELS } from './living-models';

/** docs/provider-facts.md: what is known of each provider and from where, below what the page says before its first heading. */
export function renderFacts(page: string): string {
  const [intro = ''] = page.split('\n## ');
  return `${intro.trimEnd()}\n\n${Object.values(providers).map(factsOf).join('\n')}`;
}

/** What a reader asks for, and the exchanges of the wire files that tell it. */
const TOPICS: Readonly<Record<string, (wire: Wire) => boolean>> = {
  submit: ({ exchange, name }) => exchange === 'submit' && !name.startsWith('error-'),
  'refusals of a submit': ({ exchange, name }) =>
    exchange === 'submit' && name.startsWith('error-'),
  'looks and ends': ({ exchange }) => exchange === 'poll' || exchange === 'follow',
  'looks at many': ({ exchange }) => exchange === 'many',
  cancel: ({ exchange }) => exchange === 'cancel',
  'lookup by our id': ({ exchange }) => exchange === 'find',
  callback: ({ exchange }) => exchange === 'callback',
  'trial of an account': ({ exchange }) => exchange === 'trial',
  "a caller's own body": ({ exchange }) => exchange === 'read',
};

/** The columns, by the beginning of a file's source. */
const ORIGINS = {
  "vendor's pages": /^from the provider's documentation/,
  recorded: /^recorded on/,
  'seen by others': /^seen by/,
  'our own rule': /^our own rule/,
  'no provider': /^not the provider/,
} as const;

const wireSchema = z.object({
  exchange: z.string(),
  source: z.string(),
  uncertain: z.string().optional(),
});
type Wire = z.infer<typeof wireSchema> & { name: string };

const FOLDER = join(__dirname, '../../src/providers');

function wiresOf(provider: string): Wire[] {
  const folder = join(FOLDER, provider, 'wire');
  return readdirSync(folder)
    .sort()
    .map((file) => ({
      ...wireSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8'))),
      name: file.replace(/\.json$/, ''),
    }));
}

function factsOf(provider: Provider): string {
  const wires = wiresOf(provider.name);
  const doubts = doubtsOf(wires);
  return [
    `## ${provider.name}`,
    '',
    '| models | cancel | a lost answer is found by | paid though not made | result links live |',
    '|---|---|---|---|---|',
    ...modelRows(provider),
    '',
    `| topic | ${Object.keys(ORIGINS).join(' | ')} | of these uncertain | read at |`,
    `|---|${'---|'.repeat(Object.keys(ORIGINS).length + 2)}`,
    ...Object.entries(TOPICS).flatMap(([topic, holds]) => topicRow(topic, wires.filter(holds))),
    '',
    ...(doubts.length > 0 ? ['Uncertain:', '', ...doubts, ''] : []),
  ].join('\n');
}

/** One row for all models of which the same holds. */
function modelRows(provider: Provider): string[] {
  const rows = new Map<string, string[]>();
  for (const [id, model] of Object.entries(provider.models)) {
    if (isGone(provider, id)) continue;
    const cells = [cancelOf(model), foundBy(model), billedWhen(model), lifeOf(provider, id)];
    const key = cells.join(' | ');
    rows.set(key, [...(rows.get(key) ?? []), `\`${id}\``]);
  }
  return [...rows].map(([cells, ids]) => `| ${ids.join(', ')} | ${cells} |`);
}

const CANCELS = { none: 'no', queued: 'while it waits', running: 'also while it runs' } as const;
const cancelOf = ({ cancel }: Capabilities): string => CANCELS[cancel];

const TRACES = {
  token: 'a repeat with our id',
  lookup: 'a lookup by our id',
  'callback-token': 'its callback',
} as const;
const foundBy = ({ idempotency }: Capabilities): string =>
  idempotency.map((trace) => TRACES[trace]).join(', ') || 'nothing';

const billedWhen = ({ billed }: Capabilities): string =>
  (['canceled', 'rejected', 'failed'] as const).filter((end) => billed[end]).join(', ') || 'never';

function lifeOf(provider: Provider, id: string): string {
  const one = LIVING_MODELS.find((known) => known.provider === provider && known.model === id);
  if (!one) throw new Error(`${id} is no living model`);
  const upstream = upstreamOf(one);
  taken(one, upstream, '');
  return lifeInWords(upstream.linkLife());
}

function lifeInWords(life: LinkLife | undefined): string {
  if (!life) return 'as long as the file';
  const hours = life.seconds / 3_600;
  const long = hours % 24 === 0 && hours > 24 ? `${String(hours / 24)} days` : `${String(hours)} h`;
  return `${long} from ${life.from === 'end' ? 'the end' : 'each look'}`;
}

function topicRow(topic: string, wires: readonly Wire[]): string[] {
  if (wires.length === 0) return [];
  const counts = Object.values(ORIGINS).map(
    (pattern) => wires.filter(({ source }) => pattern.test(source)).length,
  );
  const uncertain = wires.filter((wire) => wire.uncertain !== undefined).length;
  const addresses = new Set(
    wires.flatMap(({ source }) => /https:\/\/[^\s,;]+/.exec(source)?.[0] ?? []),
  );
  const links = [...addresses].map((address, index) => `[${String(index + 1)}](${address})`);
  const numbers = [...counts, uncertain].map((count) => (count === 0 ? '' : String(count)));
  return [`| ${[topic, ...numbers, links.join(' ')].join(' | ')} |`];
}

/** So many wire files are named beside a doubt. */
const NAMES_MAX = 3;

/** The sentences that say what no page tells, each with the wire files that it is about. */
function doubtsOf(wires: readonly Wire[]): string[] {
  const files = new Map<string, string[]>();
  for (const { name, uncertain } of wires) {
    if (uncertain === undefined) continue;
    files.set(uncertain, [...(files.get(uncertain) ?? []), `\`${name}\``]);
  }
  return [...files].map(([doubt, names]) => {
    const more = names.length - NAMES_MAX;
    const others = more > 0 ? ` and ${String(more)} more` : '';
    return `- ${names.slice(0, NAMES_MAX).join(', ')}${others}: ${doubt.replace(/\.$/, '')}.`;
  });
}
