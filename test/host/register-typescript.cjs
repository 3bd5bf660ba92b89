const { readFileSync } = require('node:fs');
const { transformSync } = require('@swc/core');

/** Lets a plain `node -r` process, which a test can kill -9, load our TypeScript files. */
require.extensions['.ts'] = (module, path) => {
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    filename: path,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'commonjs' },
  });
  module._compile(code, path);
};
