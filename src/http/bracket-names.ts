import { invalid } from '../core/errors';

/**
 * Nests the fields of a form: names such as `frame_images[][type]`, `frame_images[0][type]` and `metadata[key]` become
 * nested values. In `a[][x]` a repeated key starts the next item. What is given twice, mixes forms or is nested too
 * deep is refused, never merged. Names from outside never become properties before the end, and `__proto__` never does.
 */
export function nest(
  fields: readonly (readonly [name: string, value: string])[],
  depthMax: number,
): Record<string, unknown> {
  const root = new Map<string, Node>();
  for (const [name, value] of fields) {
    const [first = '', ...rest] = split(name, depthMax);
    insert({ kind: 'object', entries: root }, [first, ...rest], value, name);
  }
  return objectOf(root);
}

type Branch =
  | { kind: 'object'; entries: Map<string, Node> }
  | { kind: 'list'; style: 'index' | 'append'; items: Map<number, Node> };
type Node = string | Branch;

const INDEX = /^\d{1,3}$/;
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

function split(name: string, depthMax: number): string[] {
  const open = name.indexOf('[');
  const head = open < 0 ? name : name.slice(0, open);
  const tail = open < 0 ? '' : name.slice(open);
  const shown = name.slice(0, 100);
  if (head === '' || (tail !== '' && !/^(?:\[[^[\]]*\])+$/.test(tail)) || head.includes(']')) {
    throw invalid(shown, 'is not a field name');
  }
  const segments = [head, ...(tail === '' ? [] : tail.slice(1, -1).split(']['))];
  if (segments.length - 1 > depthMax) {
    throw invalid(shown, `is nested deeper than ${String(depthMax)} levels`);
  }
  if (segments.some((segment) => FORBIDDEN.has(segment))) {
    throw invalid(shown, 'is not a known field');
  }
  return segments;
}

function insert(branch: Branch, path: readonly string[], value: string, name: string): void {
  const [segment = '', ...rest] = path;
  const [next] = rest;
  const child = childOf(branch, segment, rest, name);
  if (next === undefined) {
    if (child !== undefined) throw invalid(name, 'is given twice');
    put(branch, segment, value);
    return;
  }
  if (typeof child === 'string') throw invalid(name, 'is given both as a value and as an object');
  const target = child ?? newBranch(next);
  if (child === undefined) put(branch, segment, target);
  insert(target, rest, value, name);
}

function newBranch(segment: string): Branch {
  if (segment === '') return { kind: 'list', style: 'append', items: new Map() };
  if (INDEX.test(segment)) return { kind: 'list', style: 'index', items: new Map() };
  return { kind: 'object', entries: new Map() };
}

/** Returns where `segment` leads now; undefined for a new place. Throws where the name contradicts an earlier one. */
function childOf(
  branch: Branch,
  segment: string,
  rest: readonly string[],
  name: string,
): Node | undefined {
  if (branch.kind === 'object') {
    if (segment === '') throw invalid(name, 'is given both as a list and as an object');
    return branch.entries.get(segment);
  }
  const style = segment === '' ? 'append' : INDEX.test(segment) ? 'index' : 'name';
  if (style !== branch.style) throw invalid(name, 'mixes ways of naming list items');
  if (style === 'index') return branch.items.get(Number(segment));
  const last = branch.items.get(branch.items.size - 1);
  return last === undefined || rest.length === 0 || isTaken(last, rest) ? undefined : last;
}

function put(branch: Branch, segment: string, node: Node): void {
  if (branch.kind === 'object') branch.entries.set(segment, node);
  else branch.items.set(segment === '' ? branch.items.size : Number(segment), node);
}

/** Says whether `path` below `node` already holds a value, so that one more begins the next item. */
function isTaken(node: Node, path: readonly string[]): boolean {
  const [segment, ...rest] = path;
  if (typeof node === 'string' || segment === undefined) return true;
  if (node.kind === 'list') {
    const item = segment === '' ? undefined : node.items.get(Number(segment));
    return item !== undefined && isTaken(item, rest);
  }
  const child = node.entries.get(segment);
  return child !== undefined && isTaken(child, rest);
}

function objectOf(entries: ReadonlyMap<string, Node>, path?: string): Record<string, unknown> {
  const under = (key: string): string => (path === undefined ? key : `${path}[${key}]`);
  return Object.fromEntries([...entries].map(([key, node]) => [key, valueOf(node, under(key))]));
}

function valueOf(node: Node, path: string): unknown {
  if (typeof node === 'string') return node;
  if (node.kind === 'object') return objectOf(node.entries, path);
  const items = [...node.items].sort(([a], [b]) => a - b).map(([, item]) => item);
  if (node.style === 'append') checkAlike(items, path);
  return items.map((item) => valueOf(item, `${path}[]`));
}

/**
 * Throws unless all items of a list have the same names: where one lacks a name that another has, nobody can tell which
 * of them the name was meant for.
 */
function checkAlike(items: readonly Node[], path: string): void {
  const shapes = items.map((item) =>
    typeof item === 'string' || item.kind === 'list'
      ? ''
      : [...item.entries.keys()].sort().join(' '),
  );
  if (new Set(shapes).size <= 1) return;
  throw invalid(path, 'has items of different fields; number them, as in a[0][b], or send JSON');
}
