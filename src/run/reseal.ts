import type { Config } from '../config';
import { openDatabase } from '../store/base/database';
import { createSealer } from '../store/base/seal';
import { isOurSecretKey } from '../store/operator/installation';
import { resealAll } from '../store/operator/reseal';
import type { ResealResult } from '../store/operator/reseal';
import type { Foundation } from './foundation';
import { secretKeys } from './secrets';

/** What an operator has to know before an older secret key is taken away. */
export interface ResealReport extends ResealResult {
  /** How many secret keys are read besides the current one. */
  older_keys: number;
  /**
   * Unix seconds: by then every link, quote and token has ended that an older key signed, if by now no process signs
   * with one.
   */
  links_end_at: number;
}

/** Links end at the full hour after their life. */
const ROUNDED_UP_MS = 3_600_000;

/** Seals everything in the database under the first of the secret keys. Throws where none of them is its own. */
export async function reseal(
  config: Config,
  { data, databaseUrl, now }: { data: string; databaseUrl: string; now: number },
): Promise<ResealReport> {
  const { key, others } = secretKeys(data, config.environment.REELAY_SECRET_KEY);
  const sealer = createSealer(key, others);
  const database = openDatabase(databaseUrl, { connectionsMax: 1, onError: () => undefined });
  try {
    if (!(await isOurSecretKey(database.db, sealer))) {
      throw new Error('none of the secret keys is the one that this database was sealed under');
    }
    const result = await resealAll(database.db, sealer, config.limits.sweepRows);
    const { linkMs, tokenMs, quoteMs } = config.waits;
    const lifeMs = Math.max(linkMs + ROUNDED_UP_MS, tokenMs, quoteMs);
    const linksEndAt = Math.ceil((now + lifeMs) / 1000);
    return { ...result, older_keys: others.length, links_end_at: linksEndAt };
  } finally {
    await database.close();
  }
}

/** Does the same for a process that is the only one of its installation, where it has more than one key. */
export async function resealAtStart({ db, sealer, config, log }: Foundation): Promise<void> {
  if (!sealer.hasOthers) return;
  const result = await resealAll(db, sealer, config.limits.sweepRows);
  const isDone = result.unreadable === 0;
  if (isDone) log.info(result, 'no row needs an older secret key any more');
  else log.warn(result, 'rows open under no secret key of this process');
}
