import type { SourceFiles } from './source-rules';

/**
 * Words with which a docstring leaves its reader to guess what it speaks of: "Of the last look." says neither what the
 * field is nor when there is none.
 */
const RIDDLES =
  'Above After Also And As At Because Before Below Between But By Else For From In Not Null Of On Only Or Over Past ' +
  'Per Since Then Through To Undefined Under Unless Until When Where While With Without Absent Among Nor';
const RIDDLE = new RegExp(`^(${RIDDLES.replaceAll(' ', '|')})\\b`);

/** Finds the docstrings that begin with such a word: `src/core/a.ts:7 begins with "Of": ...`. */
export function checkDocstrings(files: SourceFiles): string[] {
  return [...files]
    .filter(([path]) => path.endsWith('.ts'))
    .flatMap(([path, text]) => riddlesIn(path, text));
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

/** Finds promises that code names by their number alone, or by another short name than the glossary has: `P4 "pinned"`. */
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
