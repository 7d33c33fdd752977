import { findNodeAtLocation, type Node, type ParseError, parseTree } from 'jsonc-parser';
import { type Problem, pathOf } from '../../shared/index.ts';

/** JSON text that was understood; `lineOf` tells where a field such as `jobs[2].id` stands, counting from 1. */
export type JsonText = { ok: true; value: unknown; lineOf(field: string): number };
export type BadJsonText = { ok: false; problems: Problem[] };

const largestText = 5 * 1024 * 1024;
const deepest = 100;
const strict = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** jsonc-parser's error codes in words (its `ParseErrorCode` is a const enum, which leaves no names at run time). */
const words: Record<number, string> = {
  1: 'is not a value that JSON knows (text needs double quotes)',
  2: 'is not a number',
  3: 'a name in double quotes is expected here',
  4: 'a value is expected here',
  5: 'a colon is missing',
  6: 'a comma is missing',
  7: 'a closing brace } is missing',
  8: 'a closing bracket ] is missing',
  9: 'there is more text after the end',
  10: 'comments are not allowed',
  11: 'a comment has no end',
  12: 'a text has no closing quote',
  13: 'a number has no end',
  14: 'is not a valid \\u escape',
  15: 'is not a valid escape after \\',
  16: 'a line break or control character inside a text must be written as an escape such as \\n',
};

/** Reads JSON as RFC 8259 has it, a byte order mark allowed; names every mistake with line and column. Never throws. */
export function parseJsonText(source: string): JsonText | BadJsonText {
  const text = source.replace(/^\uFEFF/, '');
  if (text.length > largestText) return bad(`is larger than ${largestText / 1024 / 1024} MiB`);
  if (text.trim() === '') return bad('is empty; write {} for a configuration without entries');
  if (depthOf(text) > deepest) return bad(`is nested more than ${deepest} levels deep`);
  const errors: ParseError[] = [];
  const position = positionsIn(text);
  const tree = parseTree(text, errors, strict);
  const value = parseStrictly(text);
  if (errors.length > 0) return { ok: false, problems: syntaxProblems(errors, position) };
  if (!value.ok) return bad(value.reason);
  if (!tree) return bad('is not JSON');
  const doubled = doubledKeys(tree, position);
  if (doubled.length > 0) return { ok: false, problems: doubled };
  return {
    ok: true,
    value: value.value,
    lineOf: (field) => position(nodeAt(tree, field).offset).line,
  };
}

function bad(message: string): BadJsonText {
  return { ok: false, problems: [{ field: '', message }] };
}

function parseStrictly(text: string): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** One mistake upsets the parser several times: only the first complaint of each line is worth reading. */
function syntaxProblems(errors: ParseError[], position: (offset: number) => Position): Problem[] {
  const seen = new Set<number>();
  return errors.flatMap(({ error, offset }) => {
    const { line, column } = position(offset);
    if (seen.has(line)) return [];
    seen.add(line);
    return [{ field: '', message: `line ${line}, column ${column}: ${words[error] ?? 'is not JSON'}` }];
  });
}

/** A key given twice: JSON.parse keeps the last one in silence, and the user would wonder where the first list went. */
function doubledKeys(
  node: Node,
  position: (offset: number) => Position,
  path: PropertyKey[] = [],
): Problem[] {
  const children = node.children ?? [];
  if (node.type === 'array') return children.flatMap((item, i) => doubledKeys(item, position, [...path, i]));
  if (node.type !== 'object') return [];
  const seen = new Set<string>();
  return children.flatMap((property) => {
    const key = String(property.children?.[0]?.value);
    const here = [...path, key];
    const complain = (message: string): Problem => ({
      field: pathOf(here),
      message: `${message} (line ${position(property.offset).line})`,
    });
    const twice = seen.has(key) ? [complain('is given twice')] : [];
    seen.add(key);
    const inner = property.children?.[1];
    return [...twice, ...(inner ? doubledKeys(inner, position, here) : [])];
  });
}

/** The node of a field, or the nearest one around it that is there. */
function nodeAt(tree: Node, field: string): Node {
  const path = [...field.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map((part) =>
    part[1] === undefined ? String(part[2]) : Number(part[1]),
  );
  for (let length = path.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, path.slice(0, length));
    if (node) return node.parent?.type === 'property' ? node.parent : node;
  }
  return tree;
}

type Position = { line: number; column: number };

/** Tells line and column of an offset, both counting from 1. */
function positionsIn(text: string): (offset: number) => Position {
  const starts = [0, ...Array.from(text.matchAll(/\r\n|\n|\r/g), (found) => found.index + found[0].length)];
  return (offset) => {
    const line = starts.findLastIndex((start) => start <= offset);
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 };
  };
}

/** Deepest nesting of brackets outside of texts, found without recursion: deeper ones would exhaust a parser's stack. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i];
    if (quoted && char === '\\') i += 1;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '[' || char === '{') most = Math.max(most, ++depth);
    else if (char === ']' || char === '}') depth -= 1;
  }
  return most;
}
