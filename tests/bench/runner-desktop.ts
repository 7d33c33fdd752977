import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { build } from 'vite';
import { findElectron, root } from '../support/desktop/electron.ts';
import { startSession } from '../support/desktop/session.ts';
import type { Result } from './result.ts';
import { holdResults } from './runner.part.ts';
import type { Report } from './runner-desktop.part.main.ts';

/** The runner inside an Electron main process, with the helper that the desktop host gives it. */
export async function run(): Promise<Result[]> {
  const folder = mkdtempSync(join(tmpdir(), 'belfry-bench-'));
  const session = await startSession({ tray: false });
  try {
    await buildApplication(folder);
    const { path, switches } = findElectron();
    const report = join(folder, 'report.json');
    const program = join(root, 'dist/electron/command-helper.cjs');
    const env = { ...process.env, ...session.env, XDG_CONFIG_HOME: join(folder, 'xdg') };
    const child = spawn(path, [...switches, folder, program, report], { env, stdio: 'inherit' });
    await once(child, 'exit');
    const { plain, heavy, helperMiB } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    const name = "longest hold of the Electron host's loop, 100 jobs at once";
    return [
      ...holdResults(name, 20, plain),
      ...holdResults(`${name}, 500 MB more`, 20, heavy),
      {
        name: 'memory of the helper (PSS)',
        value: helperMiB,
        unit: 'MiB',
      },
    ];
  } finally {
    await session.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildApplication(folder: string): Promise<void> {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['electron'] },
    build: {
      ssr: true,
      target: 'node18',
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: {
        input: { main: 'tests/bench/runner-desktop.part.main.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  });
  writeFileSync(join(folder, 'package.json'), '{"name":"bench","version":"1.0.0","main":"main.cjs"}');
  // The bootstrap of the fallback runtime resolves its polyfills from the application's folder.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
}
