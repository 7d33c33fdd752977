import type { Command } from 'commander';
import { type SeriesInput, type SeriesView, seriesInputSchema } from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { readJsonFile } from '../json-file.ts';
import { addEach, parseMany } from '../many.ts';
import { withAbsoluteMedia } from '../posts/absolute-media.ts';
import { pairs, table } from '../table.ts';
import { oneLine } from '../text.ts';
import type { Use } from '../use.ts';
import { when } from '../when.ts';

const examples = `
Example:
  echo '{
    "name": "Monday greeting",
    "rule": { "type": "calendar", "unit": "weeks", "weekdays": ["mon"], "at": "09:00" },
    "timezone": "Europe/Berlin",
    "end": { "count": 10 },
    "post": { "text": "Good morning!", "accounts": ["ada-example"] }
  }' | belfry series add -
  belfry series skip 5f0c2a91d3b7e846 2026-12-28T08:00:00Z`;

/** Posts that come again and again: list, show, add, set, pause, resume, skip, remove. */
export function seriesCommands(program: Command, use: Use): void {
  const series = program
    .command('series')
    .description('posts that come again and again')
    .addHelpText('after', examples);
  series
    .command('list', { isDefault: true })
    .description('list the series, or show one')
    .argument('[id]')
    .action(
      use(async (context, id: string | undefined) => {
        if (id !== undefined) return show(context, id);
        const list = await context.call('series.list', {});
        context.show(list, () => seriesTable(context, list));
      }),
    );
  series
    .command('show')
    .description('show a series and its posts: the last ones and those to come')
    .argument('<id>')
    .action(use((context, id: string) => show(context, id)));
  series
    .command('add')
    .description('add a series, or a list of series; paths of media are meant from the folder of the file')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(use(add));
  series
    .command('set')
    .description('change a series; posts to come are made anew, but for those that were edited')
    .argument('<id>')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(
      use(async (context, id: string, file: string) => {
        const input = await readJsonFile(context.io, file);
        const [given] = parseMany(seriesInputSchema, { ...input, value: [input.value] });
        if (!given) return;
        const view = await context.call('series.set', { id, series: absolute(given, input.folder) });
        context.show(view, () => seriesTable(context, [view]));
      }),
    );
  const byId = [
    ['pause', 'series.pause', 'take the posts to come back, and make no more'],
    ['resume', 'series.resume', 'go on with the posts to come'],
  ] as const;
  for (const [verb, name, what] of byId) {
    series
      .command(verb)
      .description(what)
      .argument('<id>')
      .action(
        use(async (context, id: string) => {
          const view = await context.call(name, { id });
          context.show(view, () => seriesTable(context, [view]));
        }),
      );
  }
  series
    .command('skip')
    .description('leave one post out')
    .argument('<id>')
    .argument('<at>', 'its time, as `belfry series show --json` gives it')
    .option('--undo', 'take it in again')
    .action(
      use(async (context, id: string, at: string, options: { undo?: boolean }) => {
        const details = await context.call('series.skip', { id, at, skipped: options.undo !== true });
        context.show(details, () => (options.undo ? 'Taken in again.' : 'Skipped.'));
      }),
    );
  series
    .command('remove')
    .description('remove a series and its posts to come')
    .argument('<id>')
    .option('--keep-posts', 'leave the posts that were made in the queue')
    .action(
      use(async (context, id: string, options: { keepPosts?: boolean }) => {
        await context.call('series.remove', { id, posts: options.keepPosts ? 'keep' : 'cancel' });
        context.show({}, () => `Removed the series ${id}.`);
      }),
    );
}

async function add(context: Context, file: string): Promise<void> {
  const input = await readJsonFile(context.io, file);
  const given = parseMany(seriesInputSchema, input).map((series) => absolute(series, input.folder));
  const added = await addEach(context.io, given, (series) => context.call('series.add', { series }));
  const [only] = added;
  context.show(Array.isArray(input.value) ? added : only, () => seriesTable(context, added));
}

function absolute(series: SeriesInput, folder: string): SeriesInput {
  return { ...series, post: withAbsoluteMedia(series.post, folder) };
}

async function show(context: Context, id: string): Promise<void> {
  const details = await context.call('series.get', { id });
  context.show(details, () => {
    const { view, occurrences, gaps } = details;
    const head = pairs([
      ['Series', view.id],
      ['Name', oneLine(view.name)],
      ['Status', view.status],
      ['Schedule', view.schedule],
      ['Accounts', view.accounts.join(', ')],
      ['Problem', view.problem ? oneLine(view.problem.message) : undefined],
    ]);
    const rows = occurrences.map(({ at, state, post }) => [
      when(at, context.reader),
      state,
      post ? `${post.id} ${post.status}` : '',
      at,
    ]);
    const lost = gaps.map(
      ({ count, first, last, reason }) => `Not made: ${count}, ${first} to ${last}: ${oneLine(reason)}`,
    );
    return [head, table(['TIME', 'STATE', 'POST', 'INSTANT'], rows, context.io.columns), ...lost].join('\n');
  });
}

function seriesTable(context: Context, list: readonly SeriesView[]): string {
  if (list.length === 0) return 'There are no series.';
  const rows = list.map((view) => [
    view.id,
    view.problem ? `${view.status}, with a problem` : view.status,
    when(view.next, context.reader),
    view.schedule,
    oneLine(view.name),
  ]);
  return table(['ID', 'STATUS', 'NEXT', 'SCHEDULE', 'NAME'], rows, context.io.columns);
}
