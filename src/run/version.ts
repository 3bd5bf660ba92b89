import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The version in package.json, which lies two folders up in the sources and three in the build. */
export const VERSION: string = readVersion();

function readVersion(): string {
  for (const up of ['../..', '../../..']) {
    try {
      const text = readFileSync(join(__dirname, up, 'package.json'), 'utf8');
      return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
    } catch {
      // Not there: try the other place.
    }
  }
  throw new Error('package.json was not found beside the program');
}
