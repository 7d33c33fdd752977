import type { Command } from 'commander';
import {
  type AccountView,
  accountInputSchema,
  type Network,
  networks,
  parse,
} from '../../../shared/index.ts';
import type { Context } from '../context.ts';
import { paintStatus } from '../paint.ts';
import { table } from '../table.ts';
import { oneLine } from '../text.ts';
import { oneOf, wholeNumber } from '../usage.ts';
import type { Use } from '../use.ts';
import { when } from '../when.ts';

/** Accounts: list, add, verify, remove. */
export function accountCommands(program: Command, use: Use): void {
  const accounts = program.command('accounts').description('accounts: where posts go');
  accounts
    .command('list', { isDefault: true })
    .description('list the accounts')
    .option('--limit <n>', 'at most this many', wholeNumber(1, 10_000))
    .action(
      use(async (context, options: { limit?: number }) => {
        const list = await context.call('accounts.list', options);
        context.show(list, () => accountTable(context, list));
      }),
    );
  accounts
    .command('add')
    .description('add an account; its access token is read from standard input, never from the command line')
    .argument('<network>', networks.join(', '), oneOf(networks))
    .argument('<server>', 'address of the server, such as https://mastodon.example')
    .option('--id <id>', 'how Belfry calls it (default: made from its name and server)')
    .action(use(add));
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
  server: string,
  options: { id?: string },
): Promise<void> {
  // An engine that is not there is said before anyone pastes a secret.
  await context.client();
  const token = await context.io.readSecret('Access token (not shown): ');
  const input = parse(accountInputSchema, { ...options, network, server, token }, 'the account');
  const account = await context.call('accounts.add', input);
  context.show(account, () => accountTable(context, [account]));
}

function accountTable(context: Context, accounts: readonly AccountView[]): string {
  if (accounts.length === 0)
    return 'There are no accounts. Add one: belfry accounts add mastodon https://SERVER < token.txt';
  const rows = accounts.map((account) => [
    account.id,
    account.network,
    account.server,
    oneLine(account.handle),
    paintStatus(context.paint, account.status),
    when(account.tokenExpiresAt, context.reader),
    oneLine(account.reason ?? ''),
  ]);
  return table(
    ['ID', 'NETWORK', 'SERVER', 'HANDLE', 'STATUS', 'TOKEN EXPIRES', 'REASON'],
    rows,
    context.io.columns,
  );
}
