import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...markdownIn('docs')];

function markdownIn(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
}

/** Links of a page to files of this repository: the text, and the file from the repository's root. */
function linksOf(page: string): { text: string; file: string }[] {
  const text = readFileSync(join(root, page), 'utf8').replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\[([^\]]+)\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .filter(([, , target]) => target !== undefined && !/^[a-z]+:/.test(target))
    .map(([, words = '', target = '']) => ({
      text: words,
      file: relative(root, join(root, dirname(page), target)),
    }));
}

test.each(pages)('every link of %s leads to a file', (page) => {
  const dead = linksOf(page).filter(({ file }) => !existsSync(join(root, file)));
  expect(dead).toEqual([]);
});

test('the flows of the architecture name what their files declare', () => {
  const named = linksOf('docs/architecture.md').filter(({ text }) => /^`\w+`$/.test(text));
  expect(named.length).toBeGreaterThan(15);
  const missing = named.filter(({ text, file }) => {
    const name = text.slice(1, -1);
    return !new RegExp(`(function|const|class|type) ${name}\\b`).test(readFileSync(join(root, file), 'utf8'));
  });
  expect(missing).toEqual([]);
});

test('where to put what names files and folders that are there', () => {
  const table =
    readFileSync(join(root, 'docs/architecture.md'), 'utf8').split('## Where to put what')[1] ?? '';
  const paths = [...table.matchAll(/`([a-z-]+\/[a-z/.-]*)`/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(15);
  const gone = paths.filter((path) => !['electron', '.'].some((base) => there(join(root, base, path))));
  expect(gone).toEqual([]);
});

function there(path: string): boolean {
  return existsSync(path) && (statSync(path).isFile() || statSync(path).isDirectory());
}
