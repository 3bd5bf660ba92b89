import type { bookkeeping } from './bookkeeping';
import type { ReceivedCallback } from './receiver';

export interface DemoReport extends Awaited<ReturnType<typeof bookkeeping>> {
  job_id: string;
  /** Whose simulated model made it: `fal`. */
  provider: string;
  /** The public name of the model: `seedance-2.0`. */
  model: string;
  state: string;
  error_code: string | null;
  elapsed_ms: number;
  callback: Pick<ReceivedCallback, 'verified' | 'tries' | 'id'> | null;
  video: { path: string; bytes: number; duration_s: number; width: number; height: number } | null;
  engine: { kind: string; version: string };
  store: { kind: string; version: string };
}
