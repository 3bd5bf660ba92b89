const { join } = require('node:path');

require('../host/register-typescript.cjs');

/**
 * An upstream provider as a process of its own, which no stop of the gateway ends: the simulated wires, with the fault
 * `slow` holding a reply back for as many milliseconds as the second argument says. Prints its origin.
 */
const ROOT = join(__dirname, '..', '..');
const [, , stateFolder, slowReplyMs] = process.argv;
const { startSimulator } = require(join(ROOT, 'simulators/server/index.ts'));
const { simulations } = require(join(ROOT, 'simulators/index.ts'));

process.on('disconnect', () => process.exit(0));
startSimulator({ simulations, stateFolder, port: 0, slowReplyMs: Number(slowReplyMs) }).then(
  ({ url }) => process.send({ url }),
  (error) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  },
);
