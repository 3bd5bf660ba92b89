import { resolve } from 'node:path';
import { commandLine } from '../../src/host/command-line';

test.each([
  ['in a clone', resolve('scripts/reelay.mjs'), 'node scripts/reelay.mjs try'],
  [
    'from another folder',
    '/opt/reelay/scripts/reelay.mjs',
    'node /opt/reelay/scripts/reelay.mjs try',
  ],
  ['by its own name', '/usr/local/bin/reelay', 'reelay try'],
  ['by something else', '/usr/bin/jest', 'node scripts/reelay.mjs try'],
])('a command is told as it can be typed %s', (_where, called, line) => {
  expect(commandLine('try', called)).toBe(line);
});
