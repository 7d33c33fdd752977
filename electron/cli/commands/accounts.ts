import { type Command, Option } from 'commander';
import {
  type AccountOrder,
  accountInputSchema,
  accountMoveSchema,
  accountOrders,
  type Login,
  logins,
  type Network,
  networks,
  parse,
} from '../../../shared/index.ts';
import { accountTable } from '../account-table.ts';
import type { Context } from '../context.ts';
import { type PageOptions, pagesOf, showPages, withPages } from '../pages.ts';
import { oneOf } from '../usage.ts';
import type { Use } from '../use.ts';
import { accountMediaCommand } from './account-media.ts';
import { signInCommands } from './sign-in.ts';

/** Accounts: list, add, sign in, media, verify, remove. */
export function accountCommands(program: Command, use: Use): void {
  const accounts = program.command('accounts').description('accounts: where posts go');
  withPages(accounts.command('list', { isDefault: true }))
    .description('list the accounts')
    .action(
      use(async (context, pages: PageOptions) => {
        const all = await context.call('accounts.list', { limit: 10_000 });
        await showPages(
          context,
          pages,
          async (ask) => pagesOf(all, ask),
          (list) => accountTable(context, list),
        );
      }),
    );
  accounts
    .command('add')
    .description('add an account; its access token is read from standard input, never from the command line')
    .argument('<network>', networks.join(', '), oneOf(networks))
    .argument(
      '[server]',
      'address of the server, such as https://mastodon.example; not for Instagram and Facebook',
    )
    .option('--id <id>', 'how Belfry calls it (default: made from its name and server)')
    .option(
      '--login <login>',
      'Instagram: the log-in that made the token, instagram or facebook',
      oneOf(logins),
    )
    .option('--remote-id <id>', "which account, where the token opens several (a person's Facebook Pages)")
    .action(use(add));
  signInCommands(accounts, use);
  accountMediaCommand(accounts, use);
  accounts
    .command('set')
    .description('choose what becomes of posts behind one that has to wait')
    .argument('<id>')
    .addOption(
      new Option(
        '--order <order>',
        'independent: a post that has to wait holds no others (default); strict: it holds all behind it',
      )
        .choices(accountOrders)
        .makeOptionMandatory(),
    )
    .action(
      use(async (context, id: string, { order }: { order: AccountOrder }) => {
        const account = await context.call('accounts.set', { id, order });
        context.show(account, () => accountTable(context, [account]));
      }),
    );
  accounts
    .command('verify')
    .description('ask the server whether the token still works')
    .argument('<id>')
    .action(
      use(async (context, id: string) => {
        const account = await context.call('accounts.verify', { id });
        context.show(account, () => accountTable(context, [account]));
      }),
    );
  accounts
    .command('set-server')
    .description('take another address for an account whose server has moved; its token is sent there')
    .argument('<id>')
    .argument('[server]', 'the new address (default: the one that the old address redirects to)')
    .action(
      use(async (context, id: string, server: string | undefined) => {
        const move = parse(
          accountMoveSchema,
          { id, ...(server === undefined ? {} : { server }) },
          'the address',
        );
        const account = await context.call('accounts.setServer', move);
        context.show(account, () => accountTable(context, [account]));
      }),
    );
  accounts
    .command('remove')
    .description('remove an account and its token from this machine')
    .argument('<id>')
    .action(
      use(async (context, id: string) => {
        await context.call('accounts.remove', { id });
        context.show({}, () => `Removed the account ${id}.`);
      }),
    );
}

async function add(
  context: Context,
  network: Network,
  server: string | undefined,
  options: { id?: string; login?: Login; remoteId?: string },
): Promise<void> {
  // An engine that is not there is said before anyone pastes a secret.
  await context.client();
  const token = await context.io.readSecret('Access token (not shown): ');
  const input = parse(
    accountInputSchema,
    { ...options, network, token, ...(server === undefined ? {} : { server }) },
    'the account',
  );
  const account = await context.call('accounts.add', input);
  context.show(account, () => accountTable(context, [account]));
}
