import {
  linkSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  unwatchFile,
  watch,
  watchFile,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Conf from 'conf';
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
import { BelfryError, type ConfigInput, utf8Text } from '../../shared/index.ts';
import { parseJsonText } from './config-text.ts';
import { isMissing, reasonOf } from './file-errors.ts';

/** config.json on disk. It reads and writes; what the text means is checked before and after by the config store. */
export type ConfigFile = {
  path: string;
  /** undefined when there is no file; throws what the file system throws, and BAD_CONFIG for what is not UTF-8. */
  readText(): string | undefined;
  /** The text that the file would have if it said `value`: what stays the same stays as it was written. */
  textOf(value: ConfigInput): string;
  /** Changes the file so that it says `value`, whole or not at all, 0600. Throws HOME_UNUSABLE. */
  write(value: ConfigInput, text?: string): void;
  /** Calls `listener` shortly after the file may have changed; the result ends that. */
  watch(listener: () => void): () => void;
};

/** The part of a Conf or electron-store that is used: a write of the whole, atomic. */
export type StoreLike = { store: Record<string, unknown> };

/** Options that both Conf and electron-store take. */
export type StoreOptions = {
  cwd: string;
  /** File name for electron-store, … */
  name: string;
  /** … and for Conf. */
  configName: string;
  fileExtension: string;
  configFileMode: number;
  clearInvalidConfig: false;
  accessPropertiesByDotNotation: false;
  serialize(value: Record<string, unknown>): string;
  deserialize(text: string): Record<string, unknown>;
};

/** An editor writes a file in several steps; after this many milliseconds without another the text is whole. */
const quietMs = 150;
/** Folders on network drives and links into other folders send no word of a change: the file is read now and then. */
const lookMs = 5000;

/**
 * config.json through conf, or through electron-store when the desktop hands in `(options) => new ElectronStore(options)`.
 * The store is made at the first write and never reads: conf takes `null` and `[1,2]` for a configuration, throws in its
 * constructor on broken JSON, and would write a file of its own making over it.
 */
export function confFile(
  path: string,
  open: (options: StoreOptions) => StoreLike = (options) => new Conf(options),
): ConfigFile {
  let store: StoreLike | undefined;
  let text = '';
  const readText = () => readTextOf(path);
  const textOf = (value: ConfigInput) => editJsonText(readText() ?? '', value);
  const options: StoreOptions = {
    cwd: dirname(path),
    name: basename(path, '.json'),
    configName: basename(path, '.json'),
    fileExtension: 'json',
    configFileMode: 0o600,
    clearInvalidConfig: false,
    accessPropertiesByDotNotation: false,
    serialize: () => text,
    deserialize: () => ({}),
  };
  return {
    path,
    readText,
    textOf,
    write(value, wanted) {
      try {
        text = wanted ?? textOf(value);
        store ??= open(options);
        writeWhole(path, text, store, value);
      } catch (error) {
        throw error instanceof BelfryError ? error : unwritable(path, error);
      }
    },
    watch: (listener) => watchPath(path, listener),
  };
}

function readTextOf(path: string): string | undefined {
  try {
    return utf8Text(readFileSync(path), path, 'BAD_CONFIG');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * On a disk that is nearly full the system writes a part only, and atomically (under conf) takes that for done and puts
 * the torso in the file's place. So the old file is kept by a second name until the new one was read back.
 */
function writeWhole(path: string, text: string, store: StoreLike, value: ConfigInput): void {
  const target = readTextOf(path) === undefined ? undefined : realpathSync(path);
  const keep = `${target ?? path}.before`;
  removeTorsos(target ?? path);
  const kept = target !== undefined && link(target, keep);
  try {
    store.store = value;
    if (readTextOf(path) !== text) throw Object.assign(new Error('written in part'), { code: 'ENOSPC' });
  } catch (error) {
    if (kept && readTextOf(keep) !== readTextOf(path)) renameSync(keep, target);
    throw error;
  } finally {
    if (kept) rmSync(keep, { force: true });
  }
}

/** What a kill in the middle of a write left beside the file (atomically's names for its temporary files). */
function removeTorsos(path: string): void {
  const folder = dirname(path);
  for (const name of readdirSync(folder))
    if (name.startsWith(`${basename(path)}.tmp-`)) rmSync(join(folder, name), { force: true });
}

function link(from: string, to: string): boolean {
  rmSync(to, { force: true });
  try {
    linkSync(from, to);
    return true;
  } catch {
    return false; // Some file systems know no second names; the last good copy in run/ is left to go back to.
  }
}

function watchPath(path: string, listener: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const callback = () => {
    clearTimeout(timer);
    timer = setTimeout(listener, quietMs);
    timer.unref();
  };
  const close = watchFolder(path, callback);
  watchFile(path, { persistent: false, interval: lookMs }, callback);
  return () => {
    clearTimeout(timer);
    close();
    unwatchFile(path, callback);
  };
}

function watchFolder(path: string, callback: () => void): () => void {
  try {
    const watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === null || name === basename(path)) callback();
    });
    watcher.on('error', () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => {}; // No watchers left on this machine (inotify's limit); looking now and then goes on.
  }
}

function unwritable(path: string, cause: unknown): BelfryError {
  return new BelfryError({
    code: 'HOME_UNUSABLE',
    what: 'The configuration cannot be written',
    where: `to ${path}`,
    why: reasonOf(cause),
    remedy: 'Put this right and try again; the file is as it was',
    cause,
  });
}

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

/** The changes that make `from` into `to`, as few and as deep down as possible; entries with an id are matched by it. */
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

/** Entries are matched by id, or else by what they say; a list that was put into another order is changed by position. */
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
