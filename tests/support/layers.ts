import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { type ESTree, parseSync } from 'vite';
import { networks } from '../../shared/index.ts';

/** Source files by their path from the root of the repository. */
export type Sources = Record<string, string>;

/** Modules of the engine: they import `shared` and themselves, and get everything else handed in (design §2 "Rules"). */
export const engineModules = [
  'networks',
  'scheduler',
  'runner',
  'publisher',
  'planner',
  'accounts',
  'store',
  'api',
  'alerts',
  'templates',
] as const;

/** What hosts may see: the interfaces of the modules, the files that compose them, `shared`, and the version. */
const interfaces = [
  /^electron\/[a-z]+\/index\.ts$/,
  /^electron\/[a-z-]+\.ts$/,
  /^shared\/index\.ts$/,
  /^package\.json$/,
];

/** Who may see whom; the first row that fits a file counts. Modules are seen through their index.ts only. */
export const layers: readonly Layer[] = [
  { name: 'shared', files: /^shared\//, sees: [/^shared\//], packages: /^zod$/ },
  {
    name: 'renderer',
    files: /^renderer\//,
    sees: [/^renderer\//, /^shared\/index\.ts$/],
    packages: /^(?!node:|electron)/,
  },
  {
    name: 'preload',
    files: /^electron\/preload\.ts$/,
    sees: [/^shared\/index\.ts$/, /^electron\/shell\/channels\.ts$/],
    packages: /^electron$/,
  },
  // A process of its own that is to stay small: some 10 KB, and no package.
  {
    name: 'the helper',
    files: /^electron\/runner\/(helper\/(program|protocol)|linux-processes)\.ts$/,
    sees: [/^electron\/runner\/(helper\/protocol|linux-processes)\.ts$/],
    seesTypes: [/^electron\/runner\//],
    packages: /^node:/,
  },
  ...engineModules.map((name) => ({
    name,
    files: new RegExp(`^electron/${name}/`),
    sees: [
      new RegExp(`^electron/${name}/`),
      /^shared\/index\.ts$/,
      // What networks are and do is known to those who sign in and publish.
      ...(name === 'publisher' || name === 'accounts' ? [/^electron\/networks\/index\.ts$/] : []),
    ],
    // A module exports its interface once, and others take its type from there (modules form no cycle).
    seesTypes: [
      /^electron\/[a-z]+\/index\.ts$/,
      ...(name === 'store' ? [/^electron\/publisher\/ports\.ts$/] : []),
    ],
    packages: /^(?!electron(-store)?(\/|$))/,
  })),
  {
    name: 'command line',
    files: /^electron\/cli(\/|\.ts$)/,
    sees: [/^electron\/cli\//, ...interfaces],
    packages: /^(?!electron(-store)?(\/|$))/,
  },
  {
    name: 'desktop',
    files: /^electron\/(shell\/|main\.ts$)/,
    sees: [/^electron\/shell\//, ...interfaces],
    packages: /^/,
  },
  {
    name: 'composition',
    files: /^electron\/([a-z-]+\.ts|demo\/.*)$/,
    sees: [/^electron\/demo\//, ...interfaces],
    packages: /^(?!electron(-store)?(\/|$))/,
  },
];

/** Files that only decide: no clock, timer, randomness, process or machine, and no value from a file that has them. */
export const pureFiles: readonly RegExp[] = [
  /^shared\//,
  /^electron\/scheduler\/(triggers|time|words)\//,
  /^electron\/scheduler\/(blackout-windows|check|claims|fire-times|plan|scheduled-job)\.ts$/,
  /^electron\/runner\/run-policy\.ts$/,
  /^electron\/publisher\/media\/(facts|plan-fit)\.ts$/,
  /^electron\/publisher\/(validate|validate-film|next-action|outcome|reconcile|publish-loop|draft|commands|words)\.ts$/,
  /^electron\/networks\/(adapter|limits|sign-in|differences|mastodon\/(quirks|differences)|meta\/shown)\.ts$/,
  /^electron\/planner\/(fill-post|series-plan)\.ts$/,
  /^electron\/shell\/(tray-menu|arguments)\.ts$/,
  /^electron\/store\/(config|config-text|pace)\.ts$/,
  /^electron\/alerts\/index\.ts$/,
  /^electron\/templates\//,
];

type Layer = { name: string; files: RegExp; sees: RegExp[]; seesTypes?: RegExp[]; packages: RegExp };
type Import = { from: string; to: string; typeOnly: boolean; line: number };
type Read = { file: string; imports: Import[]; misdeeds: string[] };

/** Node's own modules that neither look at the machine nor change anything (of crypto, the hashes). */
const pureBuiltins = new Set(['node:util', 'node:path', 'node:crypto']);
const random = ['randomUUID', 'getRandomValues', 'randomBytes', 'randomInt'];
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];

/** Everything in the sources that breaks a rule of design §2, one line each; [] when all is well. */
export function violations(sources: Sources): string[] {
  const files = Object.entries(sources).map(([file, text]) => read(file, text));
  const all = [
    ...files.flatMap((file) => [...file.misdeeds, ...forbiddenImports(file)]),
    ...cycles(files),
    ...moduleCycles(files),
  ];
  return [...new Set(all)];
}

function forbiddenImports({ file, imports }: Read): string[] {
  const layer = layers.find((row) => row.files.test(file));
  if (!layer) return [`${file}: belongs to no layer; add it to the table in tests/support/layers.ts`];
  return imports.flatMap(({ to, typeOnly, line }) => {
    const at = `${file}:${line}`;
    if (!isFile(to)) {
      const impure = isPure(file) && to.startsWith('node:') && !pureBuiltins.has(to);
      return [
        ...(layer.packages.test(to) ? [] : [`${at}: ${layer.name} may not import ${to}`]),
        ...(impure ? [`${at}: a pure file may not import ${to}`] : []),
      ];
    }
    const seen = [...layer.sees, ...(typeOnly ? (layer.seesTypes ?? []) : [])].some((rule) => rule.test(to));
    const impure = isPure(file) && !typeOnly && !isPure(to) && to.endsWith('.ts');
    return [
      ...(seen ? [] : [`${at}: ${layer.name} may not import ${to}`]),
      ...(impure ? [`${at}: a pure file may not import ${to}, which is not pure`] : []),
    ];
  });
}

function isFile(target: string): boolean {
  return (
    /^(shared|electron|renderer|tests|docs)\//.test(target) ||
    target.startsWith('../') ||
    target.endsWith('.json')
  );
}

function isPure(file: string): boolean {
  return pureFiles.some((rule) => rule.test(file));
}

function read(file: string, text: string): Read {
  const result = parseSync(file, text);
  const lineOf = (offset: number) => text.slice(0, offset).split('\n').length;
  const found: Read = {
    file,
    imports: [],
    misdeeds: result.errors.map((error) => `${file}: cannot be parsed: ${error.message}`),
  };
  walk(result.program, undefined, (node, parent) => {
    const target = importedBy(node);
    if (target)
      found.imports.push({ from: file, line: lineOf(node.start), ...target, to: resolved(file, target.to) });
    const misdeed =
      node.type === 'ExportDefaultDeclaration'
        ? 'has a default export'
        : (!knowsNetworks(file) && networkBranch(node)) || (isPure(file) && impurity(node, parent));
    if (misdeed) found.misdeeds.push(`${file}:${lineOf(node.start)}: ${misdeed}`);
  });
  return found;
}

/** What differs between networks is told by their own files and by the table of what clients know of them. */
function knowsNetworks(file: string): boolean {
  return file.startsWith('electron/networks/') || file === 'shared/networks.ts';
}

/** A decision by the name of a network, as words, when this node makes one. */
function networkBranch(node: ESTree.Node): string | undefined {
  const compared =
    node.type === 'BinaryExpression' && /^[!=]==?$/.test(node.operator)
      ? [node.left, node.right]
      : node.type === 'SwitchCase'
        ? [node.test]
        : listAsked(node);
  const name = compared.map((one) => one?.type === 'Literal' && one.value).find(isNetwork);
  return name === undefined ? undefined : `decides by the name of a network, '${name}'`;
}

/** The entries of `['a', 'b'].includes(…)`. */
function listAsked(node: ESTree.Node): readonly (ESTree.Node | null)[] {
  if (node.type !== 'CallExpression' || node.callee.type !== 'MemberExpression') return [];
  const { object, property } = node.callee;
  const asks = property.type === 'Identifier' && /^(includes|indexOf)$/.test(property.name);
  return asks && object.type === 'ArrayExpression' ? object.elements : [];
}

function isNetwork(name: unknown): name is string {
  return networks.some((network) => network === name);
}

function resolved(file: string, target: string): string {
  if (target.startsWith('.'))
    return posix.normalize(posix.join(posix.dirname(file), target.replace(/\?.*$/, '')));
  return builtinModules.includes(target) ? `node:${target}` : target;
}

/** What a node imports, in whichever of the language's ways. */
function importedBy(node: ESTree.Node): { to: string; typeOnly: boolean } | undefined {
  switch (node.type) {
    case 'ImportDeclaration': {
      const named = node.specifiers.length > 0;
      const types = node.specifiers.every(
        (one) => one.type === 'ImportSpecifier' && one.importKind === 'type',
      );
      return { to: node.source.value, typeOnly: node.importKind === 'type' || (named && types) };
    }
    case 'ExportAllDeclaration':
      return { to: node.source.value, typeOnly: node.exportKind === 'type' };
    case 'ExportNamedDeclaration': {
      if (!node.source) return undefined;
      const types = node.specifiers.length > 0 && node.specifiers.every((one) => one.exportKind === 'type');
      return { to: node.source.value, typeOnly: node.exportKind === 'type' || types };
    }
    case 'TSImportType':
      return { to: node.source.value, typeOnly: true };
    case 'ImportExpression':
      return { to: literal(node.source) ?? 'something computed', typeOnly: false };
    case 'CallExpression': {
      const [first] = node.arguments;
      if (node.callee.type !== 'Identifier' || node.callee.name !== 'require' || !first) return undefined;
      return {
        to: (first.type === 'SpreadElement' ? undefined : literal(first)) ?? 'something computed',
        typeOnly: false,
      };
    }
    default:
      return undefined;
  }
}

function literal(node: ESTree.Expression): string | undefined {
  return node.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

/** What a pure file must not do, as words, when this node does it. */
function impurity(node: ESTree.Node, parent: ESTree.Node | undefined): string | undefined {
  const name = pathOf(node);
  if (name && /^(globalThis\.)?(Date\.now|Math\.random|performance\.now|Temporal\.Now)$/.test(name))
    return `is pure but uses ${name}`;
  if (node.type === 'MemberExpression' && name && random.some((one) => name.endsWith(`.${one}`)))
    return `is pure but uses ${name}`;
  if ((node.type === 'NewExpression' || node.type === 'CallExpression') && pathOf(node.callee) === 'Date') {
    const now = node.type === 'CallExpression' || node.arguments.length === 0;
    return now ? 'is pure but asks for the present date' : undefined;
  }
  if (node.type !== 'Identifier' || isMereName(node, parent)) return undefined;
  return [...timers, ...random, 'process', 'fetch'].includes(node.name)
    ? `is pure but uses ${node.name}`
    : undefined;
}

/** `a.process`, `{ process: 1 }` and names of types: the word, not the thing. */
function isMereName(node: ESTree.Node, parent: ESTree.Node | undefined): boolean {
  if (!parent) return false;
  if (parent.type === 'MemberExpression') {
    return parent.property === node && !parent.computed && pathOf(parent.object) !== 'globalThis';
  }
  if (
    parent.type === 'Property' ||
    parent.type === 'MethodDefinition' ||
    parent.type === 'PropertyDefinition'
  )
    return parent.key === node && !parent.computed && !('shorthand' in parent && parent.shorthand);
  return parent.type.startsWith('TS');
}

/** `Date.now` of a chain of plain names. */
function pathOf(node: ESTree.Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type !== 'MemberExpression') return undefined;
  const object = pathOf(node.object);
  const property = node.computed
    ? literal(node.property)
    : node.property.type === 'Identifier'
      ? node.property.name
      : undefined;
  return object && property ? `${object}.${property}` : undefined;
}

function walk(
  node: ESTree.Node,
  parent: ESTree.Node | undefined,
  visit: (node: ESTree.Node, parent: ESTree.Node | undefined) => void,
): void {
  visit(node, parent);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, node, visit);
  }
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** Each ring of imports once, by the way round. */
function cycles(files: Read[]): string[] {
  const next = new Map(files.map(({ file, imports }) => [file, imports.map((one) => one.to).filter(isFile)]));
  const done = new Set<string>();
  const rings: string[] = [];
  const visit = (file: string, path: string[]) => {
    if (path.includes(file)) rings.push(`cycle: ${[...path.slice(path.indexOf(file)), file].join(' -> ')}`);
    if (path.includes(file) || done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const { file } of files) visit(file, []);
  return rings;
}

/** Each cycle of imports between modules of the engine, types included: two modules that need each other are one. */
function moduleCycles(files: Read[]): string[] {
  const moduleOf = (file: string) => engineModules.find((name) => file.startsWith(`electron/${name}/`));
  const next = new Map<string, Set<string>>();
  for (const { file, imports } of files) {
    const from = moduleOf(file);
    for (const to of imports.map((one) => moduleOf(one.to)))
      if (from && to && from !== to) next.set(from, (next.get(from) ?? new Set()).add(to));
  }
  const visit = (name: string, path: string[]): string[] =>
    path.includes(name)
      ? [`cycle between modules: ${[...path.slice(path.indexOf(name)), name].join(' -> ')}`]
      : [...(next.get(name) ?? [])].flatMap((target) => visit(target, [...path, name]));
  return [...next.keys()].sort().flatMap((name) => visit(name, []).slice(0, 1));
}
