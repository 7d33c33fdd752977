import { isDeepStrictEqual } from 'node:util';

export type JsonPath = (string | number)[];
/** One change of a JSON value; changes of a list are to be made in their order, since they move its indices. */
export type JsonChange =
  | { kind: 'set'; path: JsonPath; value: unknown }
  | { kind: 'add'; path: JsonPath; value: unknown }
  | { kind: 'remove'; path: JsonPath };

/** The changes that make `from` into `to`, as few and as deep down as possible; entries with an id are told by it. */
export function changesBetween(from: unknown, to: unknown, path: JsonPath = []): JsonChange[] {
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
