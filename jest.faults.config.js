/** The kill table alone: every part of the gateway dies or freezes at every named point, and nothing is lost. */
const { projects, ...rest } = require('./jest.config.js');
const e2e = projects.find(({ displayName }) => displayName === 'e2e');

module.exports = {
  ...rest,
  projects: [
    {
      ...e2e,
      displayName: 'faults',
      testMatch: ['<rootDir>/test/e2e/kill-table.test.ts'],
      testPathIgnorePatterns: ['/node_modules/'],
    },
  ],
};
