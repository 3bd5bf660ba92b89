/** The kill table and its like: parts of the gateway die or freeze, at named points or under load, and nothing is lost. */
const { projects, ...rest } = require('./jest.config.js');
const e2e = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...rest,
  projects: [
    {
      ...e2e,
      displayName: 'faults',
      testMatch: ['<rootDir>/test/e2e/kill-*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
};
