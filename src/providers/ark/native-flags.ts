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

/**
 * Reads the flags of a prompt: `a cat --rs 720p --dur 5` gives resolution and duration. An unknown flag or value is
 * left out; where a flag is given twice the last one counts [?].
 */
export function readFlags(prompt: string): Partial<Pick<NativeBody, FlagField>> {
  const found = [...prompt.matchAll(/(?:^|\s)--([a-z]+)\s+(\S+)/g)].flatMap(
    ([, name = '', text = '']) => {
      const field = Object.hasOwn(FLAGS, name) ? FLAGS[name] : undefined;
      const value = field && valueOf(field, text);
      return field === undefined || value === undefined ? [] : [[field, value] as const];
    },
  );
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
