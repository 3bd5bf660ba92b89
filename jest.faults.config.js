/** The kill table and its like: parts of the gateway die or freeze, at named points or under load, and nothing is lost. */
const { projects, ...rest } = require('./jest.config.js');
const e2e = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...rest,
  // One file at a time: each starts whole gateways on ports that were free a moment before.
  maxWorkers: 1,
  projects: [
    {
      ...e2e,
      displayName: 'faults',
      testMatch: ['<rootDir>/test/e2e/kill-*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
};
