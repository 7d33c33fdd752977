import { expect, test } from 'vitest';
import { importersOf } from './structure/importers.ts';

function importers(sources: Record<string, string>, file: string): string[] {
  return [...(importersOf(sources).get(file) ?? [])].sort();
}

test('each file that imports another counts once, whatever way it does', () => {
  const sources = {
    'a/b.ts': 'export const x = 1;\nexport type X = number;',
    'a/c.ts': "import { x } from './b.ts';\nimport type { X } from './b.ts';",
    'd/e.ts': "import '../a/b.ts';",
    'd/f.ts': "const { x } = await import('../a/b.ts');",
    'd/g.ts': "type X = import('../a/b.ts').X;",
    'd/h.ts': "// import { x } from '../a/b.ts';\nconst text = \"from '../a/b.ts'\";",
  };
  expect(importers(sources, 'a/b.ts')).toEqual(['a/c.ts', 'd/e.ts', 'd/f.ts', 'd/g.ts']);
});

test('a name that is passed on counts for those who import it, not for who passes it on', () => {
  const sources = {
    'a/b.ts': 'export const x = 1;\nexport const y = 2;',
    'a/c.ts': 'export const z = 3;',
    'a/index.ts': "export { x, y as v } from './b.ts';\nexport * from './c.ts';",
    'a/again.ts': "export { v as w } from './index.ts';",
    'd/e.ts': "import { x } from '../a/index.ts';",
    'd/f.ts': "import { w } from '../a/again.ts';",
    'd/g.ts': "import { z } from '../a/index.ts';",
    'd/h.ts': "import * as all from '../a/index.ts';",
  };
  expect(importers(sources, 'a/b.ts')).toEqual(['d/e.ts', 'd/f.ts', 'd/h.ts']);
  expect(importers(sources, 'a/c.ts')).toEqual(['d/g.ts', 'd/h.ts']);
  expect(importers(sources, 'a/index.ts')).toEqual(['d/e.ts', 'd/f.ts', 'd/g.ts', 'd/h.ts']);
});

test('a name that index.ts uses itself counts for it', () => {
  const sources = {
    'a/b.ts': 'export const x = 1;',
    'a/index.ts': "import { x } from './b.ts';\nexport const twice = 2 * x;\nexport { x };",
  };
  expect(importers(sources, 'a/b.ts')).toEqual(['a/index.ts']);
});

test('what is passed on and taken by none still has who passes it on', () => {
  const sources = {
    'a/b.ts': 'export const x = 1;',
    'a/index.ts': "export { x } from './b.ts';",
  };
  expect(importers(sources, 'a/b.ts')).toEqual(['a/index.ts']);
});
