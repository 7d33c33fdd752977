import { type Command, InvalidArgumentError } from 'commander';
import {
  parse,
  type QueuePlace,
  type QueueView,
  queuePlaces,
  type SeriesInput,
  type SeriesView,
  seriesInputSchema,
  snippetsSchema,
  type Values,
  type WeekdayName,
  type WeeklySlot,
  weekdayNames,
} from '../../../shared/index.ts';
import type { Context, Use } from '../context.ts';
import { addEach, parseMany, readJsonFile } from '../files.ts';
import { withAbsoluteMedia } from '../posts/options.ts';
import { counted, oneLine, pairs, table } from '../terminal.ts';
import { oneOf, wholeNumber } from '../usage.ts';
import { when } from '../when.ts';

const seriesExamples = `
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
    .addHelpText('after', seriesExamples);
  series
    .command('list', { isDefault: true })
    .description('list the series, or show one')
    .argument('[id]')
    .action(
      use(async (context, id: string | undefined) => {
        if (id !== undefined) return showSeries(context, id);
        const list = await context.call('series.list', {});
        context.show(list, () => seriesTable(context, list));
      }),
    );
  series
    .command('show')
    .description('show a series and its posts: the last ones and those to come')
    .argument('<id>')
    .action(use((context, id: string) => showSeries(context, id)));
  series
    .command('add')
    .description('add a series, or a list of series; paths of media are meant from the folder of the file')
    .argument('<file>', 'JSON file, or - for standard input')
    .action(use(addSeries));
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

async function addSeries(context: Context, file: string): Promise<void> {
  const input = await readJsonFile(context.io, file);
  const given = parseMany(seriesInputSchema, input).map((series) => absolute(series, input.folder));
  const added = await addEach(context.io, given, (series) => context.call('series.add', { series }));
  const [only] = added;
  context.show(Array.isArray(input.value) ? added : only, () => seriesTable(context, added));
}

function absolute(series: SeriesInput, folder: string): SeriesInput {
  return { ...series, post: withAbsoluteMedia(series.post, folder) };
}

async function showSeries(context: Context, id: string): Promise<void> {
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

const queueExamples = `
Examples:
  belfry queue set ada-example mon,wed,fri@09:00 daily@17:30 --timezone Europe/Berlin
  echo '{ "text": "Hello", "accounts": ["ada-example"], "publishAt": "next-slot" }' | belfry posts add -
  belfry queue move ada-example 5f0c2a91d3b7e846 top`;

/** Weekly slots of accounts and the posts in them: list, set, clear, move, shuffle. */
export function queueCommands(program: Command, use: Use): void {
  const queue = program
    .command('queue')
    .description('weekly slots of the accounts, and what is in them')
    .addHelpText('after', queueExamples);
  queue
    .command('list', { isDefault: true })
    .description('list the next slots with what is in them')
    .argument('[account]')
    .option('--limit <n>', 'at most this many slots of each account', wholeNumber(1, 500))
    .action(
      use(async (context, account: string | undefined, options: { limit?: number }) => {
        const list = await context.call('queue.list', { ...options, ...(account ? { account } : {}) });
        showQueues(context, list);
      }),
    );
  queue
    .command('set')
    .description('set the weekly slots of an account; posts keep the times that they have')
    .argument('<account>')
    .argument('<slots...>', 'days and a time, such as mon,wed@09:00 or daily@17:30', readSlot)
    .option('--timezone <zone>', 'IANA zone of the times (default: the one of jobs)')
    .action(
      use(async (context, account: string, slots: WeeklySlot[], options: { timezone?: string }) => {
        showQueues(
          context,
          await context.call('queue.set', { account, slots, timezone: options.timezone ?? null }),
        );
      }),
    );
  queue
    .command('clear')
    .description('take the weekly slots of an account away; posts keep the times that they have')
    .argument('<account>')
    .action(
      use(async (context, account: string) => {
        await context.call('queue.set', { account, slots: [] });
        context.show({}, () => `${account} has no weekly slots any more.`);
      }),
    );
  queue
    .command('move')
    .description('move a post within the slots that the posts of the queue have')
    .argument('<account>')
    .argument('<post>')
    .argument('<to>', queuePlaces.join(', '), oneOf(queuePlaces))
    .action(
      use(async (context, account: string, post: string, to: QueuePlace) => {
        const view = await context.call('queue.move', { account, post, to });
        context.show(view, () => queueTable(context, view));
      }),
    );
  queue
    .command('shuffle')
    .description('give the posts of the queue their slots in another order')
    .argument('<account>')
    .action(
      use(async (context, account: string) => {
        const view = await context.call('queue.shuffle', { account });
        context.show(view, () => queueTable(context, view));
      }),
    );
}

/** `mon,wed@09:00` as a slot; the engine checks the time. */
function readSlot(text: string, before: WeeklySlot[] | undefined): WeeklySlot[] {
  const [names = '', at, ...more] = text.split('@');
  if (!at || more.length > 0)
    throw new InvalidArgumentError('It must be days and a time, such as mon,wed@09:00 or daily@17:30.');
  const day = oneOf(weekdayNames);
  const days: WeekdayName[] = names === 'daily' ? [...weekdayNames] : names.split(',').map(day);
  return [...(before ?? []), { days, at }];
}

function showQueues(context: Context, list: readonly QueueView[]): void {
  context.show(list, () =>
    list.length === 0
      ? 'No account has weekly slots.'
      : list.map((view) => queueTable(context, view)).join('\n\n'),
  );
}

function queueTable(context: Context, view: QueueView): string {
  const rows = view.upcoming.map(({ at, slot, post }) => [
    when(at, { ...context.reader, timezone: view.timezone }),
    post ? (slot ? post.id : `${post.id} (no slot)`) : 'free',
    post ? oneLine(post.text) : '',
  ]);
  const head = `${view.account}${view.known ? '' : ' (no such account)'}, ${view.timezone}`;
  const later =
    view.later === 0
      ? ''
      : `\n${counted(view.later, 'more post')} of the account not shown; see belfry posts --status queued --account ${view.account} --soonest`;
  return `${head}\n${table(['TIME', 'POST', 'TEXT'], rows, context.io.columns)}${later}`;
}

const snippetKinds = ['text', 'hashtags'] as const;

const snippetExamples = `
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
    .addHelpText('after', snippetExamples);
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
    .argument('<kind>', snippetKinds.join(' or '), oneOf(snippetKinds))
    .argument('<id>')
    .action(
      use(async (context, kind: (typeof snippetKinds)[number], id: string) => {
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
