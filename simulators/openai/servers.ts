import type { SimulatedJob } from '../contract';
import { accountOfKey } from '../kit/account';

/**
 * The servers that the simulation plays, one for an account by the name of its key: `simulated-vllm`. Every other key is
 * answered as OpenAI did, and as another gateway of this kind for the model `reelay`.
 */
export const SERVERS = [
  ...(['openai', 'vllm', 'sglang', 'tensorrt', 'dynamo'] as const),
  ...(['newapi', 'litellm'] as const),
];
export type ServerName = (typeof SERVERS)[number];

const OF_KEY = /^simulated-([a-z]+)$/;

/** Names the account of a key: a key that names a server is one by itself, so that its jobs tell the server. */
export const accountOf = (key: string): string => (OF_KEY.test(key) ? key : accountOfKey(key));

/** Gives the server that an account is answered by. */
export function serverOf(account: string): ServerName {
  const name = OF_KEY.exec(account)?.[1];
  return SERVERS.find((known) => known === name) ?? 'openai';
}

/** How a server differs from the reference. */
export interface Manners {
  /** It takes nothing but forms. */
  formsOnly?: true;
  createdStatus?: 202;
  /** It has no word for a job that runs, and shows it as queued. */
  showsNoRun?: true;
  /** What it shows of a job has no prompt. */
  hidesPrompt?: true;
  /** The error of a failed job: an object with a code, one without, or a text. */
  jobError: 'object' | 'message' | 'text';
  /** A look at a failed job is answered with the HTTP status of its error. */
  failsLooks?: true;
  /** What its refusals look like; `status` = as `error`, with the HTTP status as the code. */
  errors: 'error' | 'detail' | 'code' | 'status' | 'passed-on';
  /**
   * What a DELETE does to a job that goes on: `refuses`, `forgets` it after stopping it or while it goes on, or there is no
   * such route, or no such method.
   */
  deletes: 'refuses' | 'forgets' | 'no-route' | 'no-method';
  /** A create is answered when the video is made. Here it is made at once, since no answer is held back. */
  holds?: true;
}

export const MANNERS: Readonly<Record<ServerName, Manners>> = {
  openai: { jobError: 'object', errors: 'error', deletes: 'refuses' },
  vllm: {
    formsOnly: true,
    jobError: 'object',
    failsLooks: true,
    errors: 'status',
    deletes: 'forgets',
  },
  sglang: {
    showsNoRun: true,
    hidesPrompt: true,
    jobError: 'message',
    errors: 'detail',
    deletes: 'forgets',
  },
  tensorrt: {
    createdStatus: 202,
    showsNoRun: true,
    jobError: 'text',
    errors: 'error',
    deletes: 'forgets',
  },
  newapi: { jobError: 'object', errors: 'code', deletes: 'no-route' },
  litellm: { jobError: 'object', errors: 'passed-on', deletes: 'no-method' },
  dynamo: { jobError: 'text', errors: 'error', deletes: 'no-route', holds: true },
};

export const mannersOf = ({ account }: Pick<SimulatedJob, 'account'>): Manners =>
  MANNERS[serverOf(account)];

/** How each server writes an id. */
const IDS: Readonly<Record<ServerName, (random: string) => string>> = {
  openai: (random) => `video_${random}`,
  vllm: (random) => `video_gen_${random}`,
  sglang: (random) => random,
  tensorrt: (random) => `video_${random}`,
  newapi: (random) => `task_${random}`,
  litellm: (random) => `video_${random}`,
  dynamo: (random) => random,
};

export const idOf = (account: string, random: string): string => IDS[serverOf(account)](random);
