import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';

/** Path in the repository (with forward slashes) -> text. */
export type SourceFiles = ReadonlyMap<string, string>;

export interface Row {
  /** Places whose code this place may use; `*` = every place of the product. */
  code: readonly string[];
  /** Places of which it may use types only: they vanish at build. */
  types?: readonly string[];
}
export type ImportTable = Readonly<Record<string, Row>>;

interface Import {
  specifier: string;
  typeOnly: boolean;
}

/** A place is a folder, a single file, or with `/*` each folder by itself. `src/config` is `src/config.ts` too. */
export function placeOf(path: string, places: readonly string[]): string | undefined {
  const named = places.filter((place) => !place.endsWith('/*') && isIn(path, place));
  const folders = places.filter((place) => place.endsWith('/*'));
  const own = folders.flatMap((place) => {
    const folder = path.startsWith(place.slice(0, -1)) && path.slice(place.length - 1).split('/');
    return folder && folder.length > 1 && folder[0] ? [place.slice(0, -1) + folder[0]] : [];
  });
  return [...named, ...own].sort((a, b) => b.length - a.length)[0];
}

function isIn(path: string, place: string): boolean {
  return path === place || path === `${place}.ts` || path.startsWith(`${place}/`);
}

/** Every import, export-from, import type, dynamic import and require with a literal name. */
export function importsOf(path: string, text: string): Import[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const add = (node: ts.Node | undefined, typeOnly: boolean): void => {
    if (node && ts.isStringLiteralLike(node)) found.push({ specifier: node.text, typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeImport(node.importClause));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, isTypeExport(node));
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    } else if (ts.isExternalModuleReference(node)) add(node.expression, false);
    else if (ts.isCallExpression(node) && isLoad(node.expression)) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword ||
    (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function isTypeImport(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  if (clause.name || !names || !ts.isNamedImports(names)) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

function isTypeExport(node: ts.ExportDeclaration): boolean {
  if (node.isTypeOnly) return true;
  const names = node.exportClause;
  if (!names || !ts.isNamedExports(names)) return false;
  return names.elements.length > 0 && names.elements.every((element) => element.isTypeOnly);
}

/** The file that a relative import means, or undefined. */
function resolve(files: SourceFiles, from: string, specifier: string): string | undefined {
  const base = posix.join(posix.dirname(from), specifier);
  // An import that is made at run time is written as Node finds it in the build.
  const source = base.replace(/\.js$/, '.ts');
  return [base, source, `${base}.ts`, `${base}/index.ts`].find((path) => files.has(path));
}

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Files without which there is no gateway; other places are parts that an installation may lack. */
const PRODUCT = /^(src|workflows|activities)\//;

/** Breaches of the import table among our own files. */
export function checkImports(files: SourceFiles, table: ImportTable): string[] {
  const places = Object.keys(table);
  return sources(files).flatMap(([path, text]) => {
    const place = placeOf(path, places);
    const row = place === undefined ? undefined : rowOf(place, table);
    if (place === undefined || !row) {
      return [
        `${path} has no place: move it into a folder of the import table, or add a row and a decision`,
      ];
    }
    return importsOf(path, text)
      .filter((one) => one.specifier.startsWith('.'))
      .flatMap((one) => {
        const target = resolve(files, path, one.specifier);
        if (target === undefined)
          return [`${path} imports ${one.specifier}, which is not a file here`];
        const allowed = [...row.code, ...(one.typeOnly ? (row.types ?? []) : [])];
        const home = placeOf(target, places);
        if (home === place || (allowed.includes('*') && PRODUCT.test(target))) return [];
        if (home !== undefined && allowed.some((name) => covers(name, home, target))) return [];
        const asType = !one.typeOnly && (row.types ?? []).some((name) => isIn(target, name));
        return [
          asType
            ? `${path} imports code of ${target}: ${place} may use its types only (import type)`
            : `${path} imports ${target}: ${place} may import ${row.code.join(', ') || 'nothing of ours'}; ` +
              'take what you need as a parameter or as a port in src/core/ports',
        ];
      });
  });
}

function covers(name: string, home: string, target: string): boolean {
  return name.endsWith('/*') ? home.startsWith(name.slice(0, -1)) : isIn(target, name);
}

function rowOf(place: string, table: ImportTable): Row | undefined {
  return table[place] ?? table[`${posix.dirname(place)}/*`];
}

/**
 * Circles of files, types included: whoever reads one file of a circle has to read them all. Each is said once, as
 * `a.ts -> b.ts -> a.ts`.
 */
export function checkCircles(files: SourceFiles): string[] {
  const targets = new Map(
    sources(files).map(([path, text]) => [
      path,
      importsOf(path, text).flatMap(({ specifier }) => {
        const target = specifier.startsWith('.') ? resolve(files, path, specifier) : undefined;
        return target === undefined || target === path ? [] : [target];
      }),
    ]),
  );
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, above: readonly string[]): void => {
    const start = above.indexOf(path);
    if (start >= 0) {
      found.push(
        `${[...above.slice(start), path].join(' -> ')} is a circle: move what they share to a file of its own`,
      );
      return;
    }
    if (done.has(path)) return;
    for (const target of targets.get(path) ?? []) walk(target, [...above, path]);
    done.add(path);
  };
  for (const path of targets.keys()) walk(path, []);
  return found;
}

/** Outside libraries used outside the places that own them. */
export function checkLibraries(
  files: SourceFiles,
  owners: Readonly<Record<string, readonly string[]>>,
): string[] {
  return sources(files).flatMap(([path, text]) =>
    importsOf(path, text)
      .filter((one) => !one.specifier.startsWith('.') && !isBuiltin(one.specifier))
      .flatMap(({ specifier }) => {
        const places = owners[packageOf(specifier)];
        if (!places) {
          return [
            `${path} imports ${specifier}: add it to scripts/outside-libraries.json and say why in a decision`,
          ];
        }
        return places.some((place) => isIn(path, place))
          ? []
          : [`${path} imports ${specifier}: only ${places.join(', ')} may use it`];
      }),
  );
}

/** Permissions that no file uses: a table that allows what nobody needs says nothing about the house. */
export function checkPermissions(
  files: SourceFiles,
  table: ImportTable,
  owners: Readonly<Record<string, readonly string[]>>,
): string[] {
  const places = Object.keys(table);
  const uses = sources(files).flatMap(([path, text]) =>
    importsOf(path, text).map(({ specifier, typeOnly }) => ({ path, specifier, typeOnly })),
  );
  const isUsed = (place: string, allowed: string, asType: boolean): boolean =>
    uses.some(({ path, specifier, typeOnly }) => {
      const home = specifier.startsWith('.') ? placeOf(path, places) : undefined;
      const target = home === undefined ? undefined : resolve(files, path, specifier);
      if (home === undefined || target === undefined || (asType && !typeOnly)) return false;
      const isHere = table[home] ? home === place : `${posix.dirname(home)}/*` === place;
      return isHere && covers(allowed, placeOf(target, places) ?? '', target);
    });
  const unusedRows = Object.entries(table).flatMap(([place, { code, types = [] }]) =>
    [
      ...code.filter((allowed) => allowed !== '*' && !isUsed(place, allowed, false)),
      ...types.filter((allowed) => !isUsed(place, allowed, true)),
    ].map((allowed) => `${place} may import ${allowed} and does not: take it out of the table`),
  );
  const unusedLibraries = Object.entries(owners).flatMap(([name, owned]) =>
    owned
      .filter(
        (place) =>
          !uses.some(({ path, specifier }) => isIn(path, place) && packageOf(specifier) === name),
      )
      .map(
        (place) =>
          `${place} may use ${name} and does not: take it out of scripts/outside-libraries.json`,
      ),
  );
  return [...unusedRows, ...unusedLibraries];
}

/** What a workflow's bundle would contain: no Node, no zod, nothing but @temporalio/workflow from outside. */
export function checkWorkflows(files: SourceFiles): string[] {
  return [...reachable(files, 'workflows/')].flatMap(([path, via]) => {
    const text = files.get(path) ?? '';
    const outside = importsOf(path, text)
      .filter((one) => !one.typeOnly && !one.specifier.startsWith('.'))
      .filter((one) => one.specifier !== '@temporalio/workflow')
      .map((one) => one.specifier);
    const globals = [...new Set(identifiersOf(path, text))].filter((name) => NODE_ONLY.has(name));
    return [...outside, ...globals].map(
      (name) =>
        `${path} uses ${name} and is part of the workflow bundle (${via}): ` +
        'workflows are deterministic; import only its types, or move the pure part to a file of its own',
    );
  });
}

const NODE_ONLY = new Set(['Buffer', 'process', 'setImmediate', '__dirname', '__filename']);

function identifiersOf(path: string, text: string): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    const isName = ts.isPropertyAccessExpression(node.parent ?? node) && node.parent !== undefined;
    if (
      ts.isIdentifier(node) &&
      !(isName && (node.parent as ts.PropertyAccessExpression).name === node)
    ) {
      names.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
  return names;
}

/** Every file that is loaded with those below `root`, with the file that asks for it. */
function reachable(files: SourceFiles, root: string): Map<string, string> {
  const found = new Map(
    sources(files)
      .filter(([path]) => path.startsWith(root))
      .map(([path]) => [path, 'a workflow file']),
  );
  // A map hands out entries that were added during the walk, so this ends when nothing new is found.
  for (const [path] of found) {
    for (const one of importsOf(path, files.get(path) ?? '')) {
      const target = one.specifier.startsWith('.') && resolve(files, path, one.specifier);
      if (target && !one.typeOnly && !found.has(target)) found.set(target, `imported by ${path}`);
    }
  }
  return found;
}

/**
 * Folders of one kind that lack a file the kind has. `wire/` stands for at least one exchange as JSON. A folder with a
 * row of its own in the import table is of no kind.
 */
export function checkShapes(
  files: SourceFiles,
  shapes: Readonly<Record<string, readonly string[]>>,
  table: ImportTable,
): string[] {
  return Object.entries(shapes).flatMap(([parent, names]) => {
    const below = [...files.keys()].filter((path) => path.startsWith(`${parent}/`));
    const depth = parent.split('/').length + 1;
    const folders = new Set(
      below
        .map((path) => path.split('/').slice(0, depth).join('/'))
        .filter((path) => !path.endsWith('.ts') && table[path] === undefined),
    );
    return [...folders].flatMap((folder) =>
      names
        .filter((name) =>
          name === 'wire/'
            ? !below.some((path) => path.startsWith(`${folder}/wire/`) && path.endsWith('.json'))
            : !files.has(`${folder}/${name}`),
        )
        .map(
          (name) => `${folder} lacks ${name}: every folder in ${parent} has ${names.join(', ')}`,
        ),
    );
  });
}

/** Our prices, and how we count what a vendor counts. */
const PRICES = /^src\/(core\/money|providers\/[^/]+\/(prices|tokens)\.ts)/;
/** How a simulated vendor counts. */
const COUNTS = /^simulators\/[^/]+\/(prices|tokens)\.ts$/;

/** Simulators that count with our own prices: what they say of a cost would prove nothing of them. */
export function checkCounts(files: SourceFiles): string[] {
  return sources(files)
    .filter(([path]) => path.startsWith('simulators/'))
    .flatMap(([path, text]) =>
      importsOf(path, text)
        .filter(({ specifier }) => specifier.startsWith('.'))
        .flatMap(({ specifier }) => resolve(files, path, specifier) ?? [])
        .filter((target) => PRICES.test(target) || COUNTS.test(path))
        .map(
          (target) => `${path} imports ${target}: a simulator counts by the vendor's page alone`,
        ),
    );
}

/** What the store may not do: lock a job in a way of its own, or let the database's clock decide. */
export function checkStore(files: SourceFiles): string[] {
  return sources(files)
    .filter(([path]) => path.startsWith('src/store/'))
    .flatMap(([path, text]) => {
      const found: string[] = [];
      const visit = (node: ts.Node): void => {
        if (path !== 'src/store/jobs/lock-job.ts' && isLockOfJob(node)) {
          found.push(
            `${path} locks a job: use lockJob of src/store/jobs/lock-job.ts, before other rows`,
          );
        }
        if (isTextOfClock(node)) {
          found.push(`${path} asks the database's clock: take \`now\` as a parameter`);
        }
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true));
      return found;
    });
}

/** A query builder's `...from(jobs)....for('update')`, with another strength too. */
function isLockOfJob(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  const isLock = node.expression.name.text === 'for' && /update/.test(node.getText());
  return isLock && /\.from\(jobs\)/.test(node.getText()) && !/of: attempts/.test(node.getText());
}

/** The default of a column may say it: nobody decides by when a migration ran. */
function isTextOfClock(node: ts.Node): boolean {
  const isText =
    ts.isStringLiteralLike(node) ||
    ts.isTemplateHead(node) ||
    ts.isTemplateMiddle(node) ||
    ts.isTemplateTail(node);
  return (
    isText &&
    /(?<!DEFAULT )\b(now\(\)|(clock|statement)_timestamp|current_timestamp)/i.test(node.text)
  );
}

const KEBAB_CASE = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

export function checkNames(files: SourceFiles): string[] {
  return [...files.keys()]
    .filter((path) =>
      /^(src|workflows|activities|simulators|demo|bench|test|examples|scripts)\//.test(path),
    )
    .filter((path) => !path.endsWith('.sql'))
    .filter((path) => !path.split('/').every((part) => KEBAB_CASE.test(part)))
    .map((path) => `${path}: file and folder names are kebab-case, such as poll-running.json`);
}

/** Paths of one person's machine; the image's own user is no person. */
const PERSONAL_PATH =
  /(?<![\w.~-])\/(?:home|Users|work|root)\/(?!temporal\b)[\w.-]+|(?<!\w)\.\.\/shared\//;

export function checkPaths(files: SourceFiles): string[] {
  return [...files].flatMap(([path, text]) => {
    const found = PERSONAL_PATH.exec(text)?.[0];
    return found ? [`${path} mentions ${found}: write a path relative to the repository`] : [];
  });
}

function sources(files: SourceFiles): [string, string][] {
  return [...files].filter(
    ([path]) =>
      /^(src|workflows|activities|simulators|demo|bench)\/.*\.(ts|mjs|cjs)$/.test(path) &&
      !path.endsWith('.d.ts'),
  );
}
