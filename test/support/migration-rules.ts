import { parse } from 'libpg-query';
import type { AlterTableCmd, ColumnDef, Constraint, IndexStmt, Node, RawStmt } from 'libpg-query';
import { parseMigration } from '../../src/store/migrate/migration-files';
import type { MigrationFile } from '../../src/store/migrate/migration-files';

/**
 * The rules of docs/decisions/2026-11-28-expand-then-contract.md, on the parsed SQL: what the release before must
 * survive while it runs. What is not listed here as allowed is refused, so that a new kind of statement is thought
 * about once.
 */

interface Facts {
  file: MigrationFile;
  /** Tables that this file makes: nobody uses them yet. */
  ownTables: ReadonlySet<string>;
  /** The columns that this file adds to tables of others. */
  ownColumns: ReadonlySet<string>;
  /** The file says why the release before may go on writing. */
  isExcused: boolean;
}

/** The function answers a sentence for each breach, or none. `sql` is the whole text of the file `name`. */
export async function checkMigration(name: string, sql: string): Promise<string[]> {
  const file = parseMigration(name, sql);
  const found = await breaches(file);
  if (file.breaking === undefined) return found.map((breach) => `${name}: ${breach}`);
  return found.length > 0
    ? []
    : [`${name}: is marked "-- breaking" and is not; take the mark away`];
}

async function breaches(file: MigrationFile): Promise<string[]> {
  if (!file.isOutsideTransaction && /^-- no transaction/m.test(file.sql)) {
    return ['"-- no transaction" must be the whole first line'];
  }
  const statements = (await parse(file.sql)).stmts ?? [];
  const nodes = statements.flatMap((raw: RawStmt) => (raw.stmt ? [raw.stmt] : []));
  const facts: Facts = {
    file,
    ownTables: new Set(nodes.flatMap(tablesMade)),
    ownColumns: new Set(nodes.flatMap(columnsAdded)),
    isExcused: /^-- old writes: \S/m.test(file.sql),
  };
  if (nodes.length === 0) return ['holds no statement'];
  return [
    ...nodes.flatMap((node) =>
      file.isOutsideTransaction ? outsideTransaction(node, facts) : insideTransaction(node, facts),
    ),
    ...severalLocks(nodes, facts),
  ];
}

/** Files before this one were out before the rule. */
const ONE_LOCK_SINCE = '0037';

/** A transaction of the release before that has one of two tables and wants the other waits in a circle with the file. */
function severalLocks(nodes: readonly Node[], { file, ownTables }: Facts): string[] {
  if (file.name < ONE_LOCK_SINCE || file.isOutsideTransaction) return [];
  const altered = nodes.flatMap((node) =>
    'AlterTableStmt' in node ? (node.AlterTableStmt.relation?.relname ?? []) : [],
  );
  const tables = [...new Set(altered)].filter((table) => !ownTables.has(table));
  if (tables.length < 2) return [];
  return [`locks ${tables.join(' and ')} in one transaction; give each a file of its own`];
}

function tablesMade(node: Node): string[] {
  return 'CreateStmt' in node ? [node.CreateStmt.relation?.relname ?? ''] : [];
}

function columnsAdded(node: Node): string[] {
  return commandsOf(node).flatMap(({ def }) =>
    def && 'ColumnDef' in def ? [def.ColumnDef.colname ?? ''] : [],
  );
}

function commandsOf(node: Node): AlterTableCmd[] {
  const commands = 'AlterTableStmt' in node ? node.AlterTableStmt.cmds : undefined;
  return (commands ?? []).flatMap((command) =>
    'AlterTableCmd' in command ? [command.AlterTableCmd] : [],
  );
}

/** Each statement may run again after a kill, and none may keep writers waiting. */
function outsideTransaction(node: Node, facts: Facts): string[] {
  if ('IndexStmt' in node) {
    const { concurrent, if_not_exists: isRepeatable } = node.IndexStmt;
    const found = concurrent && isRepeatable ? [] : ['say CREATE INDEX CONCURRENTLY IF NOT EXISTS'];
    return [...found, ...uniqueIndex(node.IndexStmt, facts)];
  }
  const commands = commandsOf(node);
  const isValidation = commands.every(({ subtype }) => subtype === 'AT_ValidateConstraint');
  if (commands.length > 0 && isValidation) return [];
  return [
    `outside of a transaction only indexes are made and constraints validated, not ${kindOf(node)}`,
  ];
}

function insideTransaction(node: Node, facts: Facts): string[] {
  if ('CreateStmt' in node || 'CommentStmt' in node) return [];
  if ('IndexStmt' in node) return index(node.IndexStmt, facts);
  if ('AlterTableStmt' in node) return alterTable(node, facts);
  if ('CreateFunctionStmt' in node) {
    return node.CreateFunctionStmt.replace
      ? excusable('replaces a function that the release before calls', facts)
      : [];
  }
  if ('CreateTrigStmt' in node) {
    const table = node.CreateTrigStmt.relation?.relname ?? '';
    return facts.ownTables.has(table)
      ? []
      : excusable(`puts a trigger on ${table}, which the release before writes`, facts);
  }
  if ('InsertStmt' in node || 'UpdateStmt' in node || 'DeleteStmt' in node) {
    return changedRows(node, facts);
  }
  return [`${kindOf(node)} is not known to leave the release before working`];
}

function changedRows(node: Node, facts: Facts): string[] {
  const { relation } = (Object.values(node)[0] ?? {}) as { relation?: { relname?: string } };
  return facts.ownTables.has(relation?.relname ?? '')
    ? []
    : excusable('changes rows that the release before uses', facts);
}

function index(statement: IndexStmt, facts: Facts): string[] {
  const table = statement.relation?.relname ?? '';
  if (facts.ownTables.has(table)) return [];
  return [
    `an index on ${table} keeps its writers waiting; make it CONCURRENTLY in a file of its own whose first line is "-- no transaction"`,
  ];
}

function uniqueIndex({ unique, idxname }: IndexStmt, facts: Facts): string[] {
  return unique ? excusable(`the unique index ${idxname ?? ''} may refuse old writes`, facts) : [];
}

function alterTable(node: Node, facts: Facts): string[] {
  const table = 'AlterTableStmt' in node ? (node.AlterTableStmt.relation?.relname ?? '') : '';
  if (facts.ownTables.has(table)) return [];
  const commands = commandsOf(node);
  return commands.flatMap((command) =>
    (isReplaced(command, commands)
      ? excusable(`the check ${command.name ?? ''} is replaced`, facts)
      : alteration(command, facts)
    ).map((breach) => `${table}: ${breach}`),
  );
}

/** Says whether the same statement puts another check under the name of one that it drops. */
const isReplaced = ({ subtype, name }: AlterTableCmd, commands: readonly AlterTableCmd[]) =>
  subtype === 'AT_DropConstraint' &&
  commands.some(
    ({ subtype: added, def }) =>
      added === 'AT_AddConstraint' &&
      def !== undefined &&
      'Constraint' in def &&
      def.Constraint.conname === name &&
      def.Constraint.contype === 'CONSTR_CHECK',
  );

function alteration({ subtype, name, def }: AlterTableCmd, facts: Facts): string[] {
  if (subtype === 'AT_AddColumn' && def && 'ColumnDef' in def) return newColumn(def.ColumnDef);
  if (subtype === 'AT_AddConstraint' && def && 'Constraint' in def) {
    return newConstraint(def.Constraint, facts);
  }
  if (subtype === 'AT_ColumnDefault' && def) {
    return isConstant(def) ? [] : [`the default of ${name ?? ''} is no constant`];
  }
  if (subtype === 'AT_SetRelOptions' || subtype === 'AT_SetStatistics') return [];
  const what = `${subtype?.replace('AT_', '') ?? 'a change'} ${name ?? ''}`.trim();
  return [`${what} is not known to leave the release before working`];
}

function newColumn({ colname = '', constraints = [] }: ColumnDef): string[] {
  const parts = constraints.flatMap((part) => ('Constraint' in part ? [part.Constraint] : []));
  const initial = parts.find(({ contype }) => contype === 'CONSTR_DEFAULT')?.raw_expr;
  return parts.flatMap(({ contype }) => {
    if (contype === 'CONSTR_DEFAULT') {
      return initial && isConstant(initial) ? [] : [`the default of ${colname} is no constant`];
    }
    if (contype === 'CONSTR_NULL' || (contype === 'CONSTR_NOTNULL' && initial)) return [];
    if (contype === 'CONSTR_NOTNULL') return [`${colname} is NOT NULL without a default`];
    return [
      `the constraint on ${colname} reads the whole table under a lock; add it by ADD CONSTRAINT ... NOT VALID`,
    ];
  });
}

function newConstraint(constraint: Constraint, facts: Facts): string[] {
  const name = constraint.conname ?? 'without a name';
  const isLate = constraint.contype === 'CONSTR_CHECK' || constraint.contype === 'CONSTR_FOREIGN';
  if (!isLate || !constraint.skip_validation) {
    return [`the constraint ${name} must be a CHECK or FOREIGN KEY that is NOT VALID`];
  }
  const isNew = columnsOf(constraint).every((column) => facts.ownColumns.has(column));
  return isNew ? [] : excusable(`the constraint ${name} may refuse old writes`, facts);
}

/** A foreign key names its columns directly, a check inside its expression. */
function columnsOf({ fk_attrs: keys = [], raw_expr: check }: Constraint): string[] {
  const named = keys.flatMap((key) => ('String' in key ? [key.String.sval ?? ''] : []));
  const inside = JSON.stringify(check ?? {}).matchAll(
    /"ColumnRef":\{"fields":\[\{"String":\{"sval":"(\w+)"/g,
  );
  return [...named, ...[...inside].map(([, column = '']) => column)];
}

/** A constant alone is the same for every row; anything else is computed or rewrites the table. */
function isConstant(node: Node): boolean {
  if ('A_Const' in node) return true;
  if ('TypeCast' in node) return node.TypeCast.arg !== undefined && isConstant(node.TypeCast.arg);
  return false;
}

function excusable(breach: string, { isExcused }: Facts): string[] {
  return isExcused ? [] : [`${breach}; say in a line "-- old writes: <why>" that they may go on`];
}

function kindOf(node: Node): string {
  return Object.keys(node)[0] ?? 'a statement';
}
