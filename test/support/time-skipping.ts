import { TestWorkflowEnvironment } from '@temporalio/testing';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../src/config';

/**
 * An engine whose clock jumps to whatever is due next: days pass in seconds. It is Temporal's test server: from Maven,
 * where Java and Maven are installed, else by the SDK's own download. Kept in the cache folder between runs.
 */
const VERSION = '1.31.0';
const FETCH_MS = 300_000;

export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  const script = fromMaven();
  if (script !== undefined) {
    return TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: script } },
    });
  }
  return TestWorkflowEnvironment.createTimeSkipping().catch((cause: unknown) => {
    throw new Error(
      "this test needs Temporal's test server, which cannot be downloaded here; " +
        'install a Java runtime (17 or newer) and Maven, and see that Maven reaches its repository',
      { cause },
    );
  });
}

/** Path of a script that runs it, or undefined where Java or Maven is missing or has no network. */
function fromMaven(): string | undefined {
  if (!works('java', ['-version'])) return undefined;
  const folder = join(readConfig().cacheFolder, `temporal-test-server-${VERSION}`);
  if (!existsSync(folder) && !fetchInto(folder)) return undefined;
  const script = join(folder, 'run.sh');
  writeFileSync(
    script,
    `#!/bin/sh\nexec java -cp '${join(folder, 'lib')}/*' io.temporal.testserver.TestServer "$@"\n`,
  );
  chmodSync(script, 0o755);
  return script;
}

/** Fetched beside and renamed, so that a folder of that name is always whole. */
function fetchInto(folder: string): boolean {
  const making = `${folder}.${String(process.pid)}`;
  mkdirSync(making, { recursive: true });
  try {
    writeFileSync(join(making, 'pom.xml'), POM);
    const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
    const args = ['-q', '-B', '-f', join(making, 'pom.xml'), goal];
    if (!works('mvn', [...args, `-DoutputDirectory=${join(making, 'lib')}`])) return false;
    if (!existsSync(folder)) renameSync(making, folder);
    return true;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
}

const works = (command: string, args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore', timeout: FETCH_MS }).status === 0;

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>reelay</groupId><artifactId>tests</artifactId><version>1</version>
  <dependencies>
    <dependency>
      <groupId>io.temporal</groupId><artifactId>temporal-test-server</artifactId>
      <version>${VERSION}</version>
    </dependency>
    <!-- Its log goes nowhere, without a word about it. -->
    <dependency>
      <groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version>
    </dependency>
  </dependencies>
</project>
`;
