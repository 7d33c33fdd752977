import { isDeepStrictEqual } from 'node:util';
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { parseJsonText } from './config-text.ts';

/** Each change parses the whole text again; beyond this many, writing it anew is quicker and reads no worse. */
const mostChanges = 50;

/**
 * `text` changed so that it says `value`: what stays the same stays as it was written, to the letter. (jsonc-parser's
 * own `modify` lays out the whole neighbourhood anew.) A text that is no JSON, or would say something else, is written anew.
 */
export function editJsonText(text: string, value: unknown): string {
  const layout = layoutOf(text);
  const anew = printJson(value, layout) + layout.newline;
  const before = parseJsonText(text);
  if (!before.ok || typeof before.value !== 'object' || before.value === null) return anew;
  const wanted: unknown = JSON.parse(JSON.stringify(value));
  const changes = changesBetween(before.value, wanted);
  if (changes.length > mostChanges) return anew;
  const edited = changes.reduce((now, change) => applied(now, change, layout), text);
  const after = parseJsonText(edited);
  return after.ok && isDeepStrictEqual(after.value, wanted) ? edited : anew;
}

function applied(text: string, change: JsonChange, layout: Layout): string {
  const tree = parseTree(text);
  const key = change.path.at(-1);
  const container = tree && findNodeAtLocation(tree, change.path.slice(0, -1));
  const node = tree && findNodeAtLocation(tree, change.path);
  if (change.kind === 'add')
    return container && key !== undefined ? added(text, container, key, change.value, layout) : text;
  if (!node) return text;
  if (change.kind === 'remove') return removed(text, node.parent?.type === 'property' ? node.parent : node);
  return splice(text, node.offset, end(node), printJson(change.value, layout, marginAt(text, node.offset)));
}

/** A new entry after the one before it, laid out like its neighbours: on a line of its own, or on the same line. */
function added(text: string, container: Node, key: string | number, value: unknown, layout: Layout): string {
  const children = container.children ?? [];
  const at = typeof key === 'number' ? key : children.length;
  const name = typeof key === 'number' ? '' : `${JSON.stringify(key)}: `;
  const [first] = children;
  const outer = marginAt(text, container.offset);
  if (!first) {
    const inner = outer + layout.indent;
    const entry = `${layout.newline}${inner}${name}${printJson(value, layout, inner)}${layout.newline}${outer}`;
    return splice(text, container.offset + 1, end(container) - 1, entry);
  }
  const ownLine = text.slice(container.offset, first.offset).includes('\n');
  const margin = ownLine ? marginAt(text, first.offset) : outer;
  const gap = ownLine ? layout.newline + margin : ' ';
  const entry = name + printJson(value, layout, margin);
  const previous = children[at - 1];
  if (!previous) return splice(text, first.offset, first.offset, `${entry},${gap}`);
  return splice(text, end(previous), end(previous), `,${gap}${entry}`);
}

/** The entry goes, with the comma and the space towards its neighbour. */
function removed(text: string, node: Node): string {
  const siblings = node.parent?.children ?? [];
  const index = siblings.indexOf(node);
  const previous = siblings[index - 1];
  const next = siblings[index + 1];
  if (previous) return splice(text, end(previous), end(node), '');
  if (next) return splice(text, node.offset, next.offset, '');
  return node.parent ? splice(text, node.parent.offset + 1, end(node.parent) - 1, '') : text;
}

function end(node: Node): number {
  return node.offset + node.length;
}

function splice(text: string, from: number, to: number, put: string): string {
  return text.slice(0, from) + put + text.slice(to);
}

/** The white space at the beginning of the line. */
function marginAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** How a JSON text is laid out: the text of one indentation step and its line break. */
type Layout = { indent: string; newline: string };

const longestLine = 100;

/** The layout that a text has; two spaces where it does not tell. */
function layoutOf(text: string): Layout {
  return { indent: /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ', newline: text.includes('\r\n') ? '\r\n' : '\n' };
}

/** `value` as JSON for people: one line per entry, but short lists of plain values (arguments) on one line. */
function printJson(value: unknown, layout: Layout, margin = ''): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = margin + layout.indent;
  const items = Array.isArray(value)
    ? value.map((item) => printJson(item, layout, inner))
    : Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${printJson(item, layout, inner)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  if (items.length === 0) return open + close;
  const plain = Array.isArray(value) && value.every((item) => typeof item !== 'object' || item === null);
  const line = `${open}${items.join(', ')}${close}`;
  if (plain && line.length <= longestLine) return line;
  const next = layout.newline + inner;
  return `${open}${next}${items.join(`,${next}`)}${layout.newline}${margin}${close}`;
}

type JsonPath = (string | number)[];
/** One change of a JSON value; changes of a list are to be made in their order, since they move its indices. */
type JsonChange =
  | { kind: 'set'; path: JsonPath; value: unknown }
  | { kind: 'add'; path: JsonPath; value: unknown }
  | { kind: 'remove'; path: JsonPath };

/** The changes that make `from` into `to`, as few and as deep down as possible; entries with an id are told by it. */
function changesBetween(from: unknown, to: unknown, path: JsonPath = []): JsonChange[] {
  if (isDeepStrictEqual(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to)) return listChanges(from, to, path);
  if (isObject(from) && isObject(to)) return objectChanges(from, to, path);
  return [{ kind: 'set', path, value: to }];
}

function objectChanges(
  from: Record<string, unknown>,
  to: Record<string, unknown>,
  path: JsonPath,
): JsonChange[] {
  const removed = Object.keys(from).filter((key) => !Object.hasOwn(to, key));
  return [
    ...removed.map((key): JsonChange => ({ kind: 'remove', path: [...path, key] })),
    ...Object.entries(to).flatMap(([key, value]): JsonChange[] =>
      Object.hasOwn(from, key)
        ? changesBetween(from[key], value, [...path, key])
        : [{ kind: 'add', path: [...path, key], value }],
    ),
  ];
}

/** Entries are told apart by id, or else by what they say; a list that was put into another order is changed by position. */
function listChanges(from: unknown[], to: unknown[], path: JsonPath): JsonChange[] {
  const [old, now] = keysInOrder(from.map(keyOf), to.map(keyOf)) ?? [from.map(position), to.map(position)];
  const before = new Set(old);
  const after = new Map(now.map((key, i) => [key, i]));
  const kept = old.flatMap((key, i): JsonChange[] => {
    const at = after.get(key);
    return at === undefined ? [] : changesBetween(from[i], to[at], [...path, i]);
  });
  const removed = old.flatMap((key, i): JsonChange[] =>
    after.has(key) ? [] : [{ kind: 'remove', path: [...path, i] }],
  );
  const added = now.flatMap((key, i): JsonChange[] =>
    before.has(key) ? [] : [{ kind: 'add', path: [...path, i], value: to[i] }],
  );
  return [...kept, ...removed.reverse(), ...added];
}

/** The keys, when no key occurs twice and those in both lists are in the same order. */
function keysInOrder(old: string[], now: string[]): [string[], string[]] | undefined {
  const [before, after] = [new Set(old), new Set(now)];
  if (before.size < old.length || after.size < now.length) return undefined;
  const stayed = old.filter((key) => after.has(key));
  const found = now.filter((key) => before.has(key));
  return isDeepStrictEqual(stayed, found) ? [old, now] : undefined;
}

function keyOf(entry: unknown): string {
  return isObject(entry) && 'id' in entry ? `id ${String(entry['id'])}` : JSON.stringify(entry);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function position(_entry: unknown, index: number): string {
  return String(index);
}
