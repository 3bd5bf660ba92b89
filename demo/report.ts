import type { bookkeeping } from './bookkeeping';
import type { ReceivedCallback } from './receiver';

export interface DemoReport extends Awaited<ReturnType<typeof bookkeeping>> {
  job_id: string;
  state: string;
  error_code: string | null;
  elapsed_ms: number;
  callback: Pick<ReceivedCallback, 'verified' | 'tries' | 'id'> | null;
  video: { path: string; bytes: number; duration_s: number; width: number; height: number } | null;
  engine: { kind: string; version: string };
  store: { kind: string; version: string };
}
