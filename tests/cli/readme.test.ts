import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { belfry } from './terminal.ts';

/** A command line in a page, and what the page says that it prints. */
type Example = { command: string; output: string };

/** The examples of `belfry next` in the fenced blocks of a page. */
function examplesIn(page: string): Example[] {
  const blocks = [...page.matchAll(/^```.*\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks
    .flatMap((block) => block.split(/^(?=\$ )/m))
    .filter((part) => part.startsWith('$ npx belfry next'))
    .map((part) => {
      const [command = '', ...output] = part.trimEnd().split('\n');
      return { command: command.replace('$ npx belfry ', ''), output: output.join('\n') };
    });
}

/** The words of a command line, as a shell takes single quotes. */
function wordsOf(command: string): string[] {
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const examples = examplesIn(readme);

test('the README shows what `belfry next` prints', () => {
  expect(examples).not.toEqual([]);
});

test.each(examples)('$command', async ({ command, output }) => {
  const words = wordsOf(command);
  expect(words, 'its output must not depend on when and where it is run').toEqual(
    expect.arrayContaining(['--from', '--timezone']),
  );
  const result = await belfry(words, { timezone: 'Pacific/Apia' });
  expect(result).toMatchObject({ code: 0, err: '' });
  expect(result.out.trimEnd().split('\n')).toEqual(output.split('\n'));
});
