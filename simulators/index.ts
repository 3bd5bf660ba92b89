import { ark } from './ark';
import type { Simulation } from './contract';
import { fal } from './fal';
import { google } from './google';
import { kling } from './kling';
import { minimax } from './minimax';
import { openai } from './openai';
import { replicate } from './replicate';
import { runway } from './runway';

/** The registry holds one line per simulated provider, by the name under which src/providers has its adapter. */
export const simulations: Readonly<Record<string, Simulation>> = {
  ark,
  fal,
  google,
  kling,
  minimax,
  openai,
  replicate,
  runway,
};
