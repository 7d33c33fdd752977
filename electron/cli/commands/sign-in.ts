import type { Command } from 'commander';
import {
  type Login,
  logins,
  type Network,
  networks,
  parse,
  signInInputSchema,
} from '../../../shared/index.ts';
import { accountTable } from '../account-table.ts';
import type { Context } from '../context.ts';
import { leadThrough, readApp, type SignInOptions } from '../sign-in.ts';
import { oneOf } from '../usage.ts';
import type { Use } from '../use.ts';

/** `belfry accounts sign-in` and `reconnect`: by the browser, so that no token passes through anybody's hands. */
export function signInCommands(accounts: Command, use: Use): void {
  const common = (command: Command) =>
    command
      .option('--code', 'bring the code by hand: for a browser on another machine')
      .option(
        '--app-id <id>',
        'Instagram, Facebook: your app at Meta, the first time; its secret is read from standard input',
      )
      .option(
        '--redirect <uri>',
        'with --app-id: the redirect URI of the app (default: https://localhost/belfry)',
      );
  const many = (id: string, before: string[] = []) => [...before, id];

  common(
    accounts
      .command('sign-in')
      .description('add an account by signing in with your browser')
      .argument(
        '[server]',
        'address of the server, such as https://mastodon.example; not for Instagram and Facebook',
      ),
  )
    .option('--network <network>', networks.join(', '), oneOf(networks), 'mastodon')
    .option('--id <id>', 'how Belfry calls it (default: made from its name and server)')
    .option('--login <login>', 'Instagram: log in with instagram or facebook', oneOf(logins))
    .option(
      '--choose <id>',
      "the account's id on its network, where the sign-in opens several; may be repeated",
      many,
    )
    .addHelpText(
      'after',
      `
Examples:
  belfry accounts sign-in https://mastodon.example
  belfry accounts sign-in https://pixelfed.example --network pixelfed --code
  belfry accounts sign-in --network facebook --app-id 1234567890
  belfry accounts sign-in --network instagram --app-id 1234567890`,
    )
    .action(use(signIn));
  common(
    accounts
      .command('reconnect')
      .description('sign in to an account again; it keeps its id, posts and slots')
      .argument('<id>'),
  ).action(use(reconnect));
}

type Options = SignInOptions & { network: Network; id?: string; login?: Login };

async function signIn(context: Context, server: string | undefined, options: Options): Promise<number> {
  // An engine that is not there is said before anyone types a secret.
  await context.client();
  const { network, id, login, code } = options;
  const given = {
    network,
    id,
    login,
    code,
    server: server && withScheme(server),
    ...(await readApp(context, options)),
  };
  const input = parse(signInInputSchema, given, 'the sign-in');
  return lead(context, await context.call('accounts.signIn', input), options);
}

async function reconnect(context: Context, id: string, options: SignInOptions): Promise<number> {
  await context.client();
  const { code = false } = options;
  return lead(
    context,
    await context.call('accounts.reconnect', { id, code, ...(await readApp(context, options)) }),
    options,
  );
}

function lead(
  context: Context,
  begun: Parameters<typeof leadThrough>[1],
  options: SignInOptions,
): Promise<number> {
  return leadThrough(context, begun, options, ({ accounts }) =>
    context.show(accounts, () => accountTable(context, accounts)),
  );
}

/** `mastodon.example` as people say it. */
function withScheme(server: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `https://${server}`;
}
