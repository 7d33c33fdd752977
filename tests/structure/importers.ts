import { posix } from 'node:path';
import { type ESTree, parseSync } from 'vite';

/**
 * Which files import each file, by their paths. A file that passes a name on (`export { a } from './b.ts'`, as a folder's
 * index.ts does) is no importer of it: those who import the name from there are, however often it is passed on.
 */
export function importersOf(sources: Readonly<Record<string, string>>): Map<string, Set<string>> {
  const files = new Map(Object.entries(sources).map(([file, text]) => [file, read(file, text)]));
  const importers = new Map<string, Set<string>>();
  const add = (file: string, importer: string): void => {
    importers.set(file, (importers.get(file) ?? new Set()).add(importer));
  };
  for (const [importer, { imports }] of files) {
    for (const { from, names } of imports) {
      add(from, importer);
      for (const name of names)
        for (const origin of origins(files, from, name)) if (origin !== importer) add(origin, importer);
    }
  }
  for (const [file, { passedOn }] of files)
    for (const { from } of passedOn) if (!importers.has(from)) add(from, file);
  return importers;
}

/** `names`: what is taken, by the names it has there; `*` stands for all of them. */
type Import = { from: string; names: string[] };
/** `as`: the name it is passed on by, `name` the one it has in `from`; `*` stands for all of them. */
type PassedOn = { from: string; name: string; as: string };
type Read = { imports: Import[]; passedOn: PassedOn[]; exported: Set<string> };

/** The files that `name` of `file` is passed on from, step by step. */
function origins(files: ReadonlyMap<string, Read>, file: string, name: string): string[] {
  return (files.get(file)?.passedOn ?? []).flatMap(({ from, name: there, as }) => {
    if (as !== '*') return name === '*' || as === name ? [from, ...origins(files, from, there)] : [];
    const further = origins(files, from, name);
    const isThere = name === '*' || further.length > 0 || files.get(from)?.exported.has(name);
    return isThere ? [from, ...further] : [];
  });
}

function read(file: string, text: string): Read {
  const found: Read = { imports: [], passedOn: [], exported: new Set() };
  const resolve = (target: string) => posix.join(posix.dirname(file), target);
  const visit = (node: ESTree.Node): void => {
    if (node.type === 'ImportDeclaration' && node.source.value.startsWith('.')) {
      const names = node.specifiers.map((one) =>
        one.type === 'ImportSpecifier'
          ? nameOf(one.imported)
          : one.type === 'ImportDefaultSpecifier'
            ? 'default'
            : '*',
      );
      found.imports.push({ from: resolve(node.source.value), names });
    } else if (node.type === 'ExportNamedDeclaration' && node.source?.value.startsWith('.')) {
      for (const { local, exported } of node.specifiers)
        found.passedOn.push({ from: resolve(node.source.value), name: nameOf(local), as: nameOf(exported) });
    } else if (node.type === 'ExportAllDeclaration' && node.source.value.startsWith('.')) {
      const as = node.exported ? nameOf(node.exported) : '*';
      found.passedOn.push({ from: resolve(node.source.value), name: '*', as });
    } else if (node.type === 'ExportNamedDeclaration') {
      for (const name of exportedBy(node)) found.exported.add(name);
    } else if (node.type === 'ImportExpression' || node.type === 'TSImportType') {
      const { source } = node;
      if (source.type === 'Literal' && typeof source.value === 'string' && source.value.startsWith('.'))
        found.imports.push({ from: resolve(source.value), names: ['*'] });
    }
    for (const value of Object.values(node))
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) visit(child);
  };
  visit(parseSync(file, text).program);
  return found;
}

function exportedBy({ declaration, specifiers }: ESTree.ExportNamedDeclaration): string[] {
  if (!declaration) return specifiers.map(({ exported }) => nameOf(exported));
  const named = declaration.type === 'VariableDeclaration' ? declaration.declarations : [declaration];
  return named.flatMap(({ id }) => (id?.type === 'Identifier' ? id.name : []));
}

function nameOf(node: ESTree.ModuleExportName): string {
  return node.type === 'Literal' ? node.value : node.name;
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}
