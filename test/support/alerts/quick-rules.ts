import { parse, stringify } from 'yaml';

/**
 * The shipped rules, made to fire within seconds: the same expressions, which look back half a minute and need hold for a
 * second only, with the ages that would take half an hour brought down. Nothing of them is written a second time.
 */
interface RuleFile {
  groups: { rules: Rule[] }[];
}

export interface Rule {
  alert: string;
  expr: string;
  for?: string;
}

/** What a rule says in alerts.yml, and what its copy says. */
export type Replaced = Readonly<Record<string, readonly [shipped: string, copy: string]>>;

const HOLDS = '1s';
const LOOKS_BACK = '30s';

/** Ages in seconds. */
export const AGES: Replaced = {
  ReelayQueueStuck: ['> 1800', '> 5'],
  ReelaySlotsWait: ['> 1800', '> 5'],
  ReelayStartsWait: ['> 120', '> 3'],
  ReelayLedgerUncovered: ['> 900', '> 15'],
  ReelayLedgerUnchecked: ['> 10800', '> 15'],
  ReelaySweepMissing: ['> 600', '> 15'],
};

/** Bytes: no process is made to hold a gigabyte for it. */
export const MEMORY: Replaced = { ReelayMemoryHigh: ['> 1.5e9', '> 5e7'] };

export const rulesOf = (text: string): Rule[] =>
  // Sound because promtool has read the file.
  (parse(text) as RuleFile).groups.flatMap(({ rules }) => rules);

/** Copies the text of alerts.yml. Throws where a rule does not say what is to be replaced in it. */
export function quickRules(shipped: string, replaced: Replaced): string {
  const file = parse(shipped) as RuleFile;
  const rules = file.groups.flatMap((group) => group.rules);
  for (const rule of rules) {
    if (rule.for !== undefined) rule.for = HOLDS;
    rule.expr = rule.expr
      .replaceAll(/\[\d+[mh]\]/g, `[${LOOKS_BACK}]`)
      .replaceAll(/\boffset \d+[mh]\b/g, `offset ${LOOKS_BACK}`);
  }
  for (const [alert, [from, to]] of Object.entries(replaced)) {
    const rule = rules.find((one) => one.alert === alert);
    if (!rule?.expr.endsWith(from)) throw new Error(`${alert} does not end in "${from}" any more`);
    rule.expr = `${rule.expr.slice(0, -from.length)}${to}`;
  }
  return stringify(file);
}
