import { invalid } from '../../core/errors';
import type { NativeBody } from './native-schema';

/**
 * The older style of Seedance: parameters at the end of the prompt (`--rs 720p --dur 5`). They stay in the text that
 * goes upstream; read here they count where the body is silent, and a wrong one counts as none, as at the provider.
 */
type FlagField =
  'resolution' | 'ratio' | 'duration' | 'frames' | 'seed' | 'camera_fixed' | 'watermark';

/** The fields that a flag in a prompt sets, by the names that the provider knows: `--rs 720p` sets `resolution`. */
export const FLAGS: Readonly<Record<string, FlagField>> = {
  rs: 'resolution',
  resolution: 'resolution',
  rt: 'ratio',
  ratio: 'ratio',
  dur: 'duration',
  duration: 'duration',
  frames: 'frames',
  seed: 'seed',
  cf: 'camera_fixed',
  camerafixed: 'camera_fixed',
  wm: 'watermark',
  watermark: 'watermark',
};

/** A flag as the pages write it: after a blank or at the beginning, with blanks and its value behind it. */
const PLAIN = /(?:^|(?<=\s))--([a-z]+) +(\S+)/g;

/** Fields that decide what a video costs; `frames` says the same as `duration`, and beats it. */
const PRICED: Partial<Record<FlagField, string>> = {
  resolution: 'resolution',
  ratio: 'ratio',
  duration: 'length',
  frames: 'length',
};

/**
 * Refuses a prompt whose flags could be read in more than one way where they decide the price: `--dur 12 --dur 2`, or
 * `boat--dur 12`. Nobody knows which of two the provider takes [?], and the caller would be billed for the other one.
 * `given` are the fields that the body says itself, which beat every flag. Throws `invalid_request`.
 */
export function checkFlags(prompt: string, given: ReadonlySet<string>): void {
  const plain = new Set([...prompt.matchAll(PLAIN)].map(({ index }) => index));
  const seen = new Map<string, string>();
  for (const { index, 0: flag, 1: name = '' } of prompt.matchAll(/--([a-z]+)/gi)) {
    const field = fieldOf(name.toLowerCase());
    const priced = field && PRICED[field];
    if (!priced || given.has(field)) continue;
    if (!plain.has(index)) {
      throw invalid('content', `has "${flag}" in its text without blanks around it and its value`);
    }
    const before = seen.get(priced);
    if (before !== undefined) {
      throw invalid('content', `says its ${priced} twice in its text: "${before}" and "${flag}"`);
    }
    seen.set(priced, flag);
  }
}

const fieldOf = (name: string): FlagField | undefined =>
  Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;

/**
 * Reads the flags of a prompt: `a cat --rs 720p --dur 5` gives resolution and duration. An unknown flag or value is
 * left out; where a flag without a say in the price is given twice, the last one counts [?].
 */
export function readFlags(prompt: string): Partial<Pick<NativeBody, FlagField>> {
  const found = [...prompt.matchAll(PLAIN)].flatMap(([, name = '', text = '']) => {
    const field = fieldOf(name);
    const value = field && valueOf(field, text);
    return field === undefined || value === undefined ? [] : [[field, value] as const];
  });
  return Object.fromEntries(found);
}

function valueOf(field: FlagField, text: string): string | number | boolean | undefined {
  switch (field) {
    case 'resolution':
    case 'ratio':
      return text.slice(0, 20);
    case 'duration':
    case 'frames':
    case 'seed':
      return /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
    case 'camera_fixed':
    case 'watermark':
      return text === 'true' ? true : text === 'false' ? false : undefined;
  }
}
