import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { fingerprint, parts, stale, stamp } from '../../electron/dev/sources.mjs';
import { temporaryHome } from '../support/home.ts';

function tree() {
  const root = temporaryHome();
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  write('package.json', '{}');
  write('shared/a.ts', '1');
  write('electron/main.ts', '2');
  write('renderer/main.tsx', '3');
  const build = () => {
    for (const [name, part] of Object.entries(parts)) {
      write(`dist/${part.to}`, 'built');
      stamp(root, name, fingerprint(root, name));
    }
  };
  return { root, write, build };
}

it('everything is stale before the first build, nothing after it', () => {
  const { root, build } = tree();
  expect(stale(root)).toEqual([
    'renderer',
    'main',
    'preload',
    'headless',
    'cli',
    'command-helper',
    'media-worker',
  ]);
  build();
  expect(stale(root)).toEqual([]);
});

it('a change makes stale what is made from it', () => {
  const { root, write, build } = tree();
  build();
  write('renderer/main.tsx', '3 changed');
  expect(stale(root)).toEqual(['renderer']);
  build();
  write('electron/main.ts', '2 changed');
  expect(stale(root)).toEqual(['main', 'preload', 'headless', 'cli']);
  build();
  write('shared/new.ts', '');
  expect(stale(root)).toHaveLength(5);
  build();
  write('electron/runner/helper/program.ts', '');
  expect(stale(root)).toEqual(['main', 'preload', 'headless', 'cli', 'command-helper']);
  build();
  write('electron/publisher/media/workshop/worker.ts', '');
  expect(stale(root)).toEqual(['main', 'preload', 'headless', 'cli', 'media-worker']);
});

it('a file that was renamed or removed counts as a change, one that was only touched does not', () => {
  const { root, build } = tree();
  build();
  utimesSync(join(root, 'shared/a.ts'), 1, 1);
  expect(stale(root)).toEqual([]);
  renameSync(join(root, 'shared/a.ts'), join(root, 'shared/b.ts'));
  expect(stale(root)).toHaveLength(5);
  build();
  rmSync(join(root, 'shared/b.ts'));
  expect(stale(root)).toHaveLength(5);
});

it('a result that is gone, or a stamp that cannot be read, is built again', () => {
  const { root, write, build } = tree();
  build();
  rmSync(join(root, 'dist/electron/cli.cjs'));
  expect(stale(root)).toEqual(['cli']);
  write('dist/stamps.json', 'broken');
  expect(stale(root)).toHaveLength(7);
});
