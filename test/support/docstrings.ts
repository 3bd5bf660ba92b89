import type { SourceFiles } from './source-rules';

/**
 * Words with which a docstring leaves its reader to guess what it speaks of: "Of the last look." says neither what the
 * field is nor when there is none.
 */
const RIDDLES =
  'Above After Also And As At Because Before Below Between But By Else For From In Not Null Of On Only Or Over Past ' +
  'Per Since Then Through To Undefined Under Unless Until When Where While With Without Absent Among Nor';
const RIDDLE = new RegExp(`^(${RIDDLES.replaceAll(' ', '|')})\\b`);

/**
 * Docstrings that begin with such a word, as `src/core/a.ts:7: ...`, in the files that are not `open`; and files that
 * are `open` and have none, so that the list of what is left can only shrink.
 */
export function checkDocstrings(files: SourceFiles, open: readonly string[]): string[] {
  const found = new Map(
    [...files]
      .filter(([path]) => /^(src|workflows|activities|simulators|demo|bench)\/.*\.ts$/.test(path))
      .map(([path, text]) => [path, riddlesIn(path, text)]),
  );
  const done = open.filter((path) => !found.get(path)?.length);
  return [
    ...[...found].flatMap(([path, riddles]) => (open.includes(path) ? [] : riddles)),
    ...done.map((path) => `${path} has no riddle any more: take it off the list of open files`),
  ];
}

function riddlesIn(path: string, text: string): string[] {
  return [...text.matchAll(/^[ \t]*\/\*\*([\s\S]*?)\*\//gm)].flatMap(
    ({ index, 1: comment = '' }) => {
      const first = RIDDLE.exec(comment.replace(/^[\s*]+/, ''))?.[1];
      if (first === undefined) return [];
      const line = text.slice(0, index).split('\n').length;
      return [
        `${path}:${String(line)} begins with "${first}": begin with what it is or does, as in "Returns ..."`,
      ];
    },
  );
}

/** Promises that code names by their number alone, or by another short name than the glossary has: `P4 "pinned"`. */
export function checkPromises(files: SourceFiles): string[] {
  const glossary = files.get('docs/glossary.md') ?? '';
  const names = new Map(
    [...glossary.matchAll(/^\| (P\d+) +\| ([^|]+?) +\|/gm)].map(([, number, name]) => [
      number,
      name,
    ]),
  );
  return [...files]
    .filter(([path]) => /^(src|workflows|activities|simulators|demo|bench)\/.*\.ts$/.test(path))
    .flatMap(([path, text]) =>
      [...text.matchAll(/\b(P\d{1,2})\b([\s*]+"([^"]*)")?/g)]
        .filter(([, number, , name]) => name === undefined || names.get(number) !== plain(name))
        .map(
          ([, number = '']) =>
            `${path} names ${number} alone: write ${number} "${names.get(number) ?? '?'}", as docs/glossary.md has it`,
        ),
    );
}

/** The name on one line: a comment may break in it. */
function plain(name: string): string {
  return name.replace(/[\s*]+/g, ' ');
}
