import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes an empty data folder that whoever runs the bench has to remove. The embedded database runs as another user where
 * this one is root, and must get in.
 */
export function temporaryFolder(): string {
  const data = mkdtempSync(join(tmpdir(), 'reelay-bench-'));
  chmodSync(data, 0o711);
  return data;
}
