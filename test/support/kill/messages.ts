import type { Point } from './points';

/** What the harness and its processes say to each other. */
export interface ProcessStart {
  role: 'api' | 'worker';
  data: string;
  /** The port of the API. */
  port: number;
  publicUrl: string;
  simulatorUrl: string;
}

export type Order = { order: 'arm'; point: Point } | { order: 'release' };

export type Message = { kind: 'ready' } | { kind: 'armed' } | { kind: 'reached'; point: Point };
