import { isDeepStrictEqual } from 'node:util';
import {
  applyEdits,
  type Edit,
  type FormattingOptions,
  findNodeAtLocation,
  format,
  modify,
  type Node,
  parseTree,
} from 'jsonc-parser';
import { parseJsonText } from './config-text.ts';

/** Each change parses the whole text again; beyond this many, writing it anew is quicker and reads no worse. */
const mostChanges = 50;

/**
 * `text` changed so that it says `value`: what stays the same stays as it was written, to the letter. A text that is no
 * JSON, or would say something else, is written anew; a value that could not be read again comes in one line.
 */
export function editJsonText(text: string, value: unknown): string {
  const plain = JSON.stringify(value);
  const wanted = parseJsonText(plain);
  if (!wanted.ok) return plain;
  const layout = layoutOf(text);
  const anew = () => printed(value, layout);
  const before = parseJsonText(text);
  if (!before.ok || typeof before.value !== 'object' || before.value === null) return anew();
  const changes = changesBetween(before.value, wanted.value);
  if (changes.length > mostChanges) return anew();
  const edited = changes.reduce((now, change) => applied(now, change, layout), text);
  const after = parseJsonText(edited);
  return after.ok && isDeepStrictEqual(after.value, wanted.value) ? edited : anew();
}

function applied(text: string, { kind, path, value }: JsonChange, layout: Layout): string {
  const tree = parseTree(text);
  if (kind === 'remove') {
    const node = tree && findNodeAtLocation(tree, path);
    return node ? applyEdits(text, [removal(node.parent?.type === 'property' ? node.parent : node)]) : text;
  }
  // Given the layout, `modify` lays out whole lines around a change, and with them what the user wrote.
  const [edit] = modify(text, path, value, { isArrayInsertion: kind === 'add' });
  if (edit === undefined) return text;
  const plain = applyEdits(text, [edit]);
  const container = tree && findNodeAtLocation(tree, path.slice(0, -1));
  if (container?.children?.length && isOnOneLine(text, container)) return plain;
  // Of a new entry also the line breaks before and behind it.
  const [before, behind] = kind === 'add' ? [1, layout.eol.length] : [0, 0];
  const range = { offset: edit.offset - before, length: before + edit.content.length + behind };
  return applyEdits(plain, format(plain, range, layout));
}

/**
 * The entry goes, with the comma and the space towards its neighbour. Not by `modify`: of a list's last entry it cuts up to
 * two characters before the list's end, whatever they are, and makes `[1,20]` of `[1,2,30]` (jsonc-parser 3.3.1).
 */
function removal(node: Node): Edit {
  const siblings = node.parent?.children ?? [];
  const index = siblings.indexOf(node);
  const previous = siblings[index - 1];
  const next = siblings[index + 1];
  if (previous) return cut(end(previous), end(node));
  if (next) return cut(node.offset, next.offset);
  return node.parent ? cut(node.parent.offset + 1, end(node.parent) - 1) : cut(node.offset, end(node));
}

function cut(from: number, to: number): Edit {
  return { offset: from, length: to - from, content: '' };
}

function end(node: Node): number {
  return node.offset + node.length;
}

function isOnOneLine(text: string, node: Node): boolean {
  return !/[\r\n]/.test(text.slice(node.offset, end(node)));
}

type Layout = FormattingOptions & { eol: string; indent: string };

/** The layout that a text has; two spaces where it does not tell. */
function layoutOf(text: string): Layout {
  const indent = /^([ \t]+)\S/m.exec(text)?.[1] ?? '  ';
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  return { insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol, indent };
}

/** All of it; jsonc-parser's `applyEdits` copies the text for each of the many edits that laying it out takes. */
function printed(value: unknown, { indent, eol }: Layout): string {
  return `${JSON.stringify(value, null, indent)}\n`.replaceAll('\n', eol);
}

type JsonPath = (string | number)[];
/** One change of a JSON value; changes of a list are to be made in their order, since they move its indices. */
type JsonChange =
  | { kind: 'set'; path: JsonPath; value: unknown }
  | { kind: 'add'; path: JsonPath; value: unknown }
  | { kind: 'remove'; path: JsonPath; value?: undefined };

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
