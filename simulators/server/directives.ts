import {
  EXCHANGE_FAULTS,
  EXCHANGE_KINDS,
  exchangeOf,
  FAULTS,
  isExchangeFault,
  isFault,
  type ExchangeKind,
  type FaultName,
} from './faults';

/**
 * A test or a demo steers one job by a token anywhere in its prompt, which passes through every dialect unharmed:
 * `[[sim polls=40 fault=drop-after-accept seconds=4 video=shared]]`.
 */
export interface Directives {
  /** Reports running for polls - 1 looks and ends at the next, whatever the clock says. Sends no callback. */
  polls?: number;
  /** Run time from accept to end. */
  seconds?: number;
  /** Stays queued (and so cancelable) for this long; the run time counts from then. */
  queued?: number;
  /** Serves one clip for all such jobs instead of drawing one for each. */
  video?: 'shared';
  fault?: FaultName;
  /** Which exchange a fault of the exchange disturbs. A list shows many jobs, so that no one of them steers it. */
  on?: Exclude<ExchangeKind, 'list'>;
  /** How often an exchange is disturbed before it goes through: once, and for good with `gone`, unless told. */
  count?: number;
  /** What the first looks (`count` of them) show in place of the status word. */
  word?: string;
  /** The provider knows no such job from this look on, for `count` looks or for good. */
  gone?: number;
  /** What the link to the video serves in place of it. */
  result?: Result;
  /** What the finished job reports as used: Ark's tokens, Kling's units. */
  usage?: number;
}

/**
 * `html`: a page with status 200. `empty`: no byte. `private`: the link names a private address. `redirect`: the link
 * leads to one that works. `redirect-private`: it leads to a private address. `redirect-elsewhere`: it leads to the file
 * on another port of the simulator, which is another origin. `gone`: there is no such file any more.
 * `needs-key`: it is opened by the channel's credential alone.
 */
export const RESULTS = [
  'html',
  'empty',
  'private',
  'redirect',
  'redirect-private',
  'redirect-elsewhere',
  'gone',
  'needs-key',
] as const;
export type Result = (typeof RESULTS)[number];

const WHOLE_NUMBER = /^\d{1,9}$/;
const SECONDS = /^\d{1,6}(\.\d{1,3})?$/;
const WORD = /^[\w.-]{1,100}$/;
const OF_ONE_JOB = EXCHANGE_KINDS.filter((kind) => kind !== 'list');

const DIRECTIVES: Readonly<
  Record<keyof Directives, { takes: string; read: (value: string) => unknown }>
> = {
  polls: { takes: 'a whole number from 1', read: readCount },
  seconds: { takes: 'seconds', read: readSeconds },
  queued: { takes: 'seconds', read: readSeconds },
  video: { takes: 'shared', read: (value) => (value === 'shared' ? value : undefined) },
  fault: {
    takes: Object.keys(FAULTS).join(' | '),
    read: (value) => (isFault(value) ? value : undefined),
  },
  on: {
    takes: OF_ONE_JOB.join(' | '),
    read: (value) => OF_ONE_JOB.find((known) => known === value),
  },
  count: { takes: 'a whole number from 1', read: readCount },
  word: {
    takes: 'a word of letters, digits, _ . -',
    read: (value) => (WORD.test(value) ? value : undefined),
  },
  gone: { takes: 'a whole number from 1', read: readCount },
  result: { takes: RESULTS.join(' | '), read: (value) => RESULTS.find((known) => known === value) },
  usage: {
    takes: 'a whole number',
    read: (value) => (WHOLE_NUMBER.test(value) ? Number(value) : undefined),
  },
};

function readCount(value: string): number | undefined {
  return WHOLE_NUMBER.test(value) && Number(value) > 0 ? Number(value) : undefined;
}

function readSeconds(value: string): number | undefined {
  return SECONDS.test(value) ? Number(value) : undefined;
}

/** Every directive with what it takes; shown to whoever mistypes one. */
export const DIRECTIVE_HELP: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(DIRECTIVES).map(([name, { takes }]) => [name, takes]),
);

export class UnknownDirective extends Error {}

const TOKEN = /\[\[sim\b([^\]]*)\]\]/g;

/**
 * Reads the directives of a prompt, `a cat [[sim seconds=4]]`, where a later token wins. Throws `UnknownDirective`,
 * which says what exists.
 */
export function readDirectives(prompt: string): Directives {
  return parseDirectives([...prompt.matchAll(TOKEN)].map(([, text = '']) => text).join(' '));
}

/** Reads what a token holds: `polls=40 seconds=4`. Throws `UnknownDirective`. */
export function parseDirectives(text: string): Directives {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const entries = words.map((word): [string, unknown] => {
    const [name = '', value = ''] = word.split('=', 2);
    const directive = Object.entries(DIRECTIVES).find(([known]) => known === name)?.[1];
    if (!directive) {
      const known = Object.keys(DIRECTIVES).join(', ');
      throw new UnknownDirective(`there is no directive "${name}"; there are ${known}`);
    }
    const read = directive.read(value);
    if (read === undefined) {
      throw new UnknownDirective(`${name} takes ${directive.takes}, not "${value}"`);
    }
    return [name, read];
  });
  // Sound because the table read each value by its own name.
  const directives = Object.fromEntries(entries) as Directives;
  checkOn(directives);
  return directives;
}

function checkOn({ fault, on }: Directives): void {
  if (on && !isExchangeFault(fault)) {
    throw new UnknownDirective(`on goes with ${Object.keys(EXCHANGE_FAULTS).join(', ')}`);
  }
  if (isExchangeFault(fault) && !exchangeOf(fault, on)) {
    throw new UnknownDirective(`${fault} strikes what shows jobs: on=poll`);
  }
}

/** Gives the prompt as a person wrote it: `a cat` of `a cat [[sim seconds=4]]`. */
export function withoutToken(prompt: string): string {
  return prompt.replace(TOKEN, ' ').replace(/\s+/g, ' ').trim();
}
