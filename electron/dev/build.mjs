// Builds everything into dist/: the window, and main, preload, headless and cli as CommonJS files.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** One entry as one CommonJS file; node-cron stays outside because it looks for a helper file beside itself. */
function engine(name) {
  return {
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['electron', 'node-cron'] },
    build: {
      ssr: true,
      target: 'node18',
      outDir: 'dist/electron',
      emptyOutDir: false,
      rollupOptions: {
        input: { [name]: `electron/${name}.ts` },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  };
}

/** Builds all parts; `parts` limits it to some of them. */
export async function buildAll(parts = ['renderer', 'main', 'preload', 'headless', 'cli']) {
  for (const part of parts) {
    await build(
      part === 'renderer' ? { root, configFile: `${root}vite.config.ts`, logLevel: 'warn' } : engine(part),
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await buildAll(process.argv.length > 2 ? process.argv.slice(2) : undefined);
