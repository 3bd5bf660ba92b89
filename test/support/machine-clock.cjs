const { closeSync, fsyncSync, openSync, writeSync } = require('node:fs');
const { join } = require('node:path');

/**
 * Watches the machine beside a test run, as a process of its own: once a second it notes how late its timer came and
 * how long a small write took to reach the disk. A test that waited in vain while one of the two stood still says
 * nothing of the code; one that waited while neither did says much. It tells what it noted when it is asked, and ends
 * with whoever started it.
 */
const EVERY_MS = 1_000;
/** Anything above is noted, in milliseconds. */
const LATE_MS = 1_000;
const NOTES_MAX = 100;

const notes = [];
const file = openSync(join(process.argv[2], 'machine-watch'), 'w');
let due = performance.now() + EVERY_MS;

function look() {
  const lateMs = performance.now() - due;
  const before = performance.now();
  writeSync(file, '.', 0);
  fsyncSync(file);
  const syncMs = performance.now() - before;
  if ((lateMs > LATE_MS || syncMs > LATE_MS) && notes.length < NOTES_MAX) {
    const at = new Date().toISOString().slice(11, 19);
    notes.push(
      `${at} a timer came ${lateMs.toFixed(0)} ms late, a write took ${syncMs.toFixed(0)} ms`,
    );
  }
  due = performance.now() + EVERY_MS;
  setTimeout(look, EVERY_MS);
}

process.on('disconnect', () => process.exit(0));
process.on('message', () => {
  closeSync(file);
  process.send(notes, () => process.exit(0));
});
setTimeout(look, EVERY_MS);
