const { join, relative, sep } = require('node:path');

require('../../host/register-typescript.cjs');

/**
 * Lets the harness's own files be TypeScript while what they import of the program is the build, as it ships: a killed
 * process is back sooner, and nothing is compiled twice.
 */
const ROOT = join(__dirname, '..', '..', '..');
const compile = require.extensions['.ts'];
require.extensions['.ts'] = (module, path) => {
  const inside = relative(ROOT, path);
  if (['src', 'activities', 'workflows', 'simulators', 'demo'].includes(inside.split(sep)[0])) {
    module.exports = require(join(ROOT, 'dist', inside.replace(/\.ts$/, '.js')));
  } else compile(module, path);
};
