import { capabilitiesOf, plainShape } from '../plain-request';
import type { Cell, VideoWish } from './cell';
import { PROVIDER_STAGES } from './provider-stages';
import { ALL, SOON_MS, STAGES, SUCCEEDED, TOLD } from './stages';
import type { Stage } from './stages';
import type { Part } from './rig';

/** What the table is about unless a stage says another: the default catalog's model of Ark. */
const ARK: VideoWish = {
  model: 'seedance-2.0',
  ...plainShape(capabilitiesOf('ark', 'doubao-seedance-2-0-260128')),
};

function cellsOf({ stage, at, kill = [], stop = [], freeze, ...rest }: Stage): Cell[] {
  const { job = TOLD, ends = SUCCEEDED, thawed = SUCCEEDED, receiver = 'taking' } = rest;
  const all = { at, job, receiver, video: rest.video ?? ARK };
  const killed = kill.map((parts): Cell => {
    const name = `${whoOf(parts)} killed ${stage}`;
    return { ...all, name, ends, strike: { kind: 'kill', parts } };
  });
  const stopped = stop.map(({ parts, release = SOON_MS }): Cell => {
    const name = `${whoOf(parts)} stopped ${stage}${release === 'never' ? ', which was cut' : ''}`;
    return { ...all, name, ends: SUCCEEDED, strike: { kind: 'stop', parts, release } };
  });
  if (freeze === undefined) return [...killed, ...stopped];
  const part = at === 'waiting' ? 'worker' : at.process;
  const strike = { kind: 'freeze', part, until: freeze } as const;
  return [...killed, ...stopped, { ...all, name: `${part} frozen ${stage}`, ends: thawed, strike }];
}

const whoOf = (parts: readonly Part[]): string =>
  parts === ALL ? 'everything' : parts.join(' and ');

/** The kill table, a row for each stage and each way in which it is struck. */
export const CELLS: readonly Cell[] = [...STAGES, ...PROVIDER_STAGES].flatMap(cellsOf);
