import { resolve } from 'node:path';
import { Option } from '@commander-js/extra-typings';
import { commaList, port } from './values';

/** The flags that several commands have. A command takes those that mean something to it, and refuses every other. */

const DATA = './.reelay';

/** Gives the absolute path of the data folder. */
export const dataOption = () =>
  new Option('--data <folder>', 'where data lives')
    .argParser((path: string) => resolve(path))
    .default(resolve(DATA), DATA);

/** Makes one line of JSON the only thing on stdout; everything else goes to stderr. */
export const jsonOption = () =>
  new Option('--json', 'print one line of JSON on stdout, for programs');

/** Has no default: that differs from command to command. */
export const portOption = () =>
  new Option('--port <port>', 'where it listens; 0 = a free one').argParser(port('port'));

/** Keeps to this machine unless it is told otherwise. */
export const hostOption = () =>
  new Option('--host <address>', 'on which address it listens').default('127.0.0.1');

/** Gives the exact hosts of URLs, any port; nothing else is widened. */
export const callbacksOption = () =>
  new Option(
    '--allow-callbacks-to <hosts>',
    'permit callbacks to these hosts, such as localhost, while you develop',
  )
    .argParser(commaList)
    .default<readonly string[]>([], 'none');
