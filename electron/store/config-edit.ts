import { isDeepStrictEqual } from 'node:util';
import { findNodeAtLocation, type Node, parseTree } from 'jsonc-parser';
import { parseJsonText } from './config-text.ts';
import { changesBetween, type JsonChange } from './json-changes.ts';
import { type Layout, layoutOf, printJson } from './json-layout.ts';

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
