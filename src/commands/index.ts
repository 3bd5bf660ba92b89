import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { api } from './api';
import { config } from './config';
import { init } from './init';
import { ledger } from './ledger';
import { migrate } from './migrate';
import { secrets } from './secrets';
import { start } from './start';
import { stop } from './stop';
import { tryCommand } from './try';
import { version } from './version';
import { worker } from './worker';

/**
 * The commands of the product, in the order of the help. A new one is a file that makes it and a line here; what it runs
 * is imported by its action, so that nobody waits for it in vain.
 */
export const commands: readonly (() => CommandUnknownOpts)[] = [
  start,
  api,
  worker,
  migrate,
  config,
  secrets,
  ledger,
  stop,
  tryCommand,
  init,
  version,
];
