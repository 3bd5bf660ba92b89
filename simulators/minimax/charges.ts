import type { SimulatedJob } from '../contract';
import { countCents } from './prices';

/** What a job remembers of what it was sold as, by these keys of its data. */
export const SOLD = {
  model: 'model',
  resolution: 'resolution',
  pictures: 'pictures among the inputs',
  inputSeconds: 'seconds of videos among the inputs',
} as const;

/** Tells what a job costs in dollars, which no reply of MiniMax's says. */
export function billOf({ data, seconds }: SimulatedJob): { amount: string; currency: string } {
  const cents = countCents({
    model: String(data[SOLD.model]),
    resolution: String(data[SOLD.resolution]),
    seconds,
    pictures: Number(data[SOLD.pictures] ?? 0),
    inputSeconds: Number(data[SOLD.inputSeconds] ?? 0),
  });
  return { amount: String(cents / 100), currency: 'USD' };
}
