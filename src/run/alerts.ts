import { secretBytes } from '../callbacks/secrets';
import type { Config } from '../config';
import type { AlertTarget } from '../core/money/alerts';
import { parsePoints } from '../core/money/pricing';
import type { Outbound } from '../core/ports/outbound';

/** Reads where the operator is told of budgets and balances; throws a sentence where nothing could be told there. */
export function alertTarget(
  { alerts }: Pick<Config, 'alerts'>,
  outbound: Pick<Outbound, 'checkCallbackUrl'>,
): AlertTarget | undefined {
  if (!alerts) return undefined;
  const { url, secret, lowBalance } = alerts;
  const checked = outbound.checkCallbackUrl(url);
  if (!checked.ok) throw new Error(`alerts.url: ${checked.problem}`);
  try {
    secretBytes(secret);
  } catch {
    throw new Error('alerts.secret: must be whsec_ and the base64 of 24 to 64 bytes');
  }
  return {
    ...{ url, secret },
    lowBalance: lowBalance === undefined ? null : parsePoints(lowBalance),
  };
}
