import type { Provider } from '../core/provider/provider';
import { ark } from './ark';
import { fal } from './fal';
import { google } from './google';
import { kling } from './kling';
import { minimax } from './minimax';
import { openai } from './openai';
import { replicate } from './replicate';
import { runway } from './runway';

/** The registry: one line per provider, by the name that channels use in the operator's config. */
export const providers: Readonly<Record<string, Provider>> = {
  ark,
  fal,
  google,
  kling,
  minimax,
  openai,
  replicate,
  runway,
};
