/** What hides a semicolon: comments, quoted texts and names, and bodies between dollar tags such as `$$` or `$body$`. */
const HIDING =
  /--[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[a-z_]\w*)?\$)[\s\S]*?\1/giy;

/**
 * The function splits an SQL text at its semicolons: `"CREATE A; -- b;\nDROP C"` gives two statements. Statements come
 * trimmed and without their semicolon; what holds only comments is left out.
 */
export function statementsOf(sql: string): string[] {
  const statements: string[] = [];
  let [start, at] = [0, 0];
  while (at < sql.length) {
    HIDING.lastIndex = at;
    const hidden = HIDING.exec(sql);
    if (hidden) at += hidden[0].length;
    else if (sql[at++] === ';') {
      statements.push(sql.slice(start, at - 1));
      start = at;
    }
  }
  statements.push(sql.slice(start));
  return statements.map((text) => text.trim()).filter(hasWords);
}

function hasWords(text: string): boolean {
  return text.replaceAll(/--[^\n]*|\/\*[\s\S]*?\*\//g, '').trim() !== '';
}
