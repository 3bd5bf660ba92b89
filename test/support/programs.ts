import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runProgram } from './installed';

/** A program that a test needs and npm does not bring: its names on the usual systems, and Debian's package of it. */
const PROGRAMS = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    package: 'chromium',
  },
  ffmpeg: { names: ['ffmpeg'], package: 'ffmpeg' },
  ffprobe: { names: ['ffprobe'], package: 'ffmpeg' },
} as const;

/** Test files run side by side, and each may be the one that installs. */
const APT = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=170'];

/**
 * Returns the path of a program: `/usr/bin/chromium`. Where there is none, root on Debian installs it, once per machine;
 * anybody else gets an error that says how.
 */
export function programPath(program: keyof typeof PROGRAMS): string {
  const known = found(program);
  if (known !== undefined) return known;
  const { package: name } = PROGRAMS[program];
  if (process.getuid?.() === 0 && onPath('apt-get') !== undefined) {
    runProgram('apt-get', [...APT, 'update'], '/');
    runProgram('apt-get', [...APT, '--no-install-recommends', 'install', name], '/');
  }
  const installed = found(program);
  if (installed !== undefined) return installed;
  throw new Error(`${program} is missing; on Debian: apt-get install ${name}`);
}

const found = (program: keyof typeof PROGRAMS): string | undefined =>
  PROGRAMS[program].names.map(onPath).find((path) => path !== undefined);

function onPath(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
