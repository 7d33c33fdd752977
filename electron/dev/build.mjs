// Builds everything into dist/: the window, and main, preload, headless, cli and the helper that starts commands as CommonJS files.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { fingerprint, parts, stale, stamp } from './sources.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @hono/node-server asks of each request whether it is one of HTTP/2, whose module takes Node as long to load as all of HTTP. */
const withoutHttp2 = {
  name: 'without-http2',
  enforce: 'pre',
  resolveId: (id) => (id === 'node:http2' ? '\0without-http2' : undefined),
  load: (id) =>
    id === '\0without-http2' ? 'export class Http2ServerRequest {}\nexport const constants = {};' : undefined,
};

/** One entry as one CommonJS file; node-cron stays outside because it looks for a helper file beside itself. */
function engine(name, outDir) {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    plugins: [withoutHttp2],
    ssr: { noExternal: true, external: ['electron', 'node-cron'] },
    build: {
      ssr: true,
      target: 'node18',
      outDir,
      emptyOutDir: false,
      rollupOptions: {
        input: { [name]: parts[name].entry ?? `electron/${name}.ts` },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  };
}

function renderer(outDir) {
  return {
    root: join(root, 'renderer'),
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir },
  };
}

/** Builds the named parts, each beside dist/ first: a Belfry that starts meanwhile never sees half a file. */
export async function buildAll(names = Object.keys(parts)) {
  const work = join(root, '.cache', `build-${process.pid}`);
  try {
    for (const name of names) {
      const print = fingerprint(root, name);
      const made = join(work, name);
      await build(name === 'renderer' ? renderer(made) : engine(name, made));
      moveIntoPlace(made, name === 'renderer' ? join(root, 'dist/renderer') : join(root, 'dist/electron'));
      stamp(root, name, print);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function moveIntoPlace(from, to) {
  mkdirSync(to, { recursive: true });
  const last = (name) => (name === 'index.html' ? 1 : 0);
  // The page goes last: it must never name a script that is not there yet.
  for (const name of readdirSync(from).sort((a, b) => last(a) - last(b))) {
    const target = join(to, name);
    if (existsSync(target) && name === 'assets') mergeFolder(join(from, name), target);
    else renameSync(join(from, name), target);
  }
}

/** Assets carry a hash in their names: the new ones come before the old ones go. */
function mergeFolder(from, to) {
  const fresh = new Set(readdirSync(from));
  const old = readdirSync(to).filter((name) => !fresh.has(name));
  for (const name of fresh) renameSync(join(from, name), join(to, name));
  for (const name of old) rmSync(join(to, name), { recursive: true, force: true });
}

/** `build.mjs [--stale | PART…]`: everything, only what is older than its sources, or the named parts. */
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => name !== '--stale' && !(name in parts));
  if (unknown.length > 0) {
    process.stderr.write(
      `BAD_INPUT: Unknown part ${unknown.join(', ')}, on the command line of the build. There are ${Object.keys(parts).join(', ')}. Name one of these, or none for all.\n`,
    );
    process.exit(2);
  }
  await buildAll(wanted.includes('--stale') ? stale(root) : wanted.length > 0 ? wanted : undefined);
}
