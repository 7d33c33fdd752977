import { type Command, InvalidArgumentError } from 'commander';
import {
  type QueuePlace,
  type QueueView,
  queuePlaces,
  type WeekdayName,
  type WeeklySlot,
  weekdayNames,
} from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { table } from '../table.ts';
import { counted, oneLine } from '../text.ts';
import { oneOf, wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';
import { when } from '../when.ts';

const examples = `
Examples:
  belfry queue set ada-example mon,wed,fri@09:00 daily@17:30 --timezone Europe/Berlin
  echo '{ "text": "Hello", "accounts": ["ada-example"], "publishAt": "next-slot" }' | belfry posts add -
  belfry queue move ada-example 5f0c2a91d3b7e846 top`;

/** Weekly slots of accounts and what is in them: list, set, clear, move, shuffle. */
export function queueCommands(program: Command, use: Use): void {
  const queue = program
    .command('queue')
    .description('weekly slots of the accounts, and what is in them')
    .addHelpText('after', examples);
  queue
    .command('list', { isDefault: true })
    .description('list the next slots with what is in them')
    .argument('[account]')
    .option('--limit <n>', 'at most this many slots of each account', wholeNumber(1, 500))
    .action(
      use(async (context, account: string | undefined, options: { limit?: number }) => {
        const list = await context.call('queue.list', { ...options, ...(account ? { account } : {}) });
        show(context, list);
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
        show(
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

function show(context: Context, list: readonly QueueView[]): void {
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
