import type { Admission, NewTask } from '../kit/refusal';
import { readBody, type Body, type Path } from './body';
import { problemOf } from './checks';
import { creditsPerSecond } from './prices';

/** Checks a create body and makes a task of it. */
export function admit(path: Path, bytes: Uint8Array): Admission {
  const read = readBody(path, bytes);
  if ('refused' in read) return read;
  const refused = problemOf(read.body);
  return refused ? { refused } : { task: taskOf(read.body) };
}

/** What a task remembers of what it was sold as, by these keys of its data. */
export const SOLD = { credits: 'credits for a second', longest: 'seconds at the most' } as const;

/** The longest video of a model that decides the length by itself: what is taken before it has decided. */
const LONGEST = 15;

function taskOf(body: Body): NewTask {
  const [width = 0, height = 0] = body.ratio.split(':').map(Number);
  const { model, duration } = body;
  return {
    ...{ model, width, height },
    prompt: body.promptText ?? '',
    seconds: duration === 'auto' ? -1 : duration,
    fps: 24,
    seed: body.seed ?? 0,
    data: {
      [SOLD.credits]: creditsPerSecond({ model, width, height, hasSound: body.audio === true }),
      [SOLD.longest]: duration === 'auto' ? LONGEST : duration,
    },
  };
}
