import { type Command, InvalidArgumentError } from 'commander';
import { parse, snippetsSchema, type Values } from '../../../shared/index.ts';
import { readJsonFile } from '../json-file.ts';
import { table } from '../table.ts';
import { oneLine } from '../text.ts';
import { oneOf } from '../usage.ts';
import type { Use } from '../use.ts';

const kinds = ['text', 'hashtags'] as const;

const examples = `
Examples:
  echo '{
    "texts": [{ "id": "news", "text": "{title}\\n{link}\\n{hashtags:city}" }],
    "hashtags": [{ "id": "city", "tags": ["#Philadelphia", "#news"] }]
  }' | belfry snippets set -
  belfry snippets fill news title="New bridge" link=https://example.org/bridge
  echo '{ "template": "news", "values": { "title": "New bridge", "link": "https://example.org/bridge" },
    "accounts": ["ada-example"], "publishAt": "next-slot" }' | belfry posts add -`;

/** Named texts and hashtag groups: list, set, remove, fill. */
export function snippetCommands(program: Command, use: Use): void {
  const snippets = program
    .command('snippets')
    .description('named texts with placeholders, and groups of hashtags')
    .addHelpText('after', examples);
  snippets
    .command('list', { isDefault: true })
    .description('list the texts and the groups of hashtags')
    .action(
      use(async (context) => {
        const { texts, hashtags } = await context.call('snippets.list', {});
        const rows = [
          ...texts.map(({ id, text }) => ['text', id, oneLine(text)]),
          ...hashtags.map(({ id, tags }) => ['hashtags', id, oneLine(tags.join(' '))]),
        ];
        context.show({ texts, hashtags }, () =>
          rows.length === 0
            ? 'There are no named texts and no groups of hashtags.'
            : table(['KIND', 'ID', 'TEXT'], rows, context.io.columns),
        );
      }),
    );
  snippets
    .command('set')
    .description('add texts and groups of hashtags, or replace those with the same id')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(
      use(async (context, file: string) => {
        const { value, name } = await readJsonFile(context.io, file);
        const given = parse(snippetsSchema, value, name === '-' ? 'standard input' : name);
        const all = await context.call('snippets.set', given);
        const ids = [...given.texts, ...given.hashtags].map(({ id }) => id);
        context.show(all, () => `Set ${ids.join(', ')}.`);
      }),
    );
  snippets
    .command('remove')
    .description('remove a text or a group of hashtags')
    .argument('<kind>', kinds.join(' or '), oneOf(kinds))
    .argument('<id>')
    .action(
      use(async (context, kind: (typeof kinds)[number], id: string) => {
        await context.call('snippets.remove', { kind, id });
        context.show({}, () => `Removed ${kind} ${id}.`);
      }),
    );
  snippets
    .command('fill')
    .description('show what a text comes to')
    .argument('<id>')
    .argument('[values...]', 'NAME=VALUE', readValue)
    .action(
      use(async (context, template: string, values: Values = {}) => {
        const filled = await context.call('snippets.fill', { template, values });
        context.show(filled, ({ text }) => text);
      }),
    );
}

function readValue(text: string, before: Values | undefined): Values {
  const [name = '', ...rest] = text.split('=');
  if (name === '' || rest.length === 0)
    throw new InvalidArgumentError('It must be of the form NAME=VALUE, such as title=Hello.');
  return { ...before, [name]: rest.join('=') };
}
