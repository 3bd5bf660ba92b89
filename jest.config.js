/**
 * Two projects: `unit` needs nothing but this checkout; `e2e` runs against one real engine, started once for the run,
 * on which every test file starts a gateway and a database of its own. The kill table (`npm run test:faults`) freezes
 * and kills whole machines for minutes and has a run of its own, in jest.faults.config.js.
 */
const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
};

module.exports = {
  // Each e2e file runs a gateway, a database and simulated providers of its own: three at once starve on two cores.
  maxWorkers: 2,
  // Tests of one file that mostly wait run together (`test.concurrent`): with two files at a time, ten in each starved.
  maxConcurrency: 6,
  testTimeout: 240_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/'],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/e2e/kill-'],
      globalSetup: '<rootDir>/test/support/global-setup.ts',
      globalTeardown: '<rootDir>/test/support/global-teardown.ts',
    },
  ],
};
