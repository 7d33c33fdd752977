import type { Command } from 'commander';
import {
  BelfryError,
  type Login,
  logins,
  type MetaApp,
  metaAppSchema,
  type Network,
  networks,
  parse,
  type SignInView,
  signInInputSchema,
} from '../../../shared/index.ts';
import { type Context, Failure, type Use } from '../context.ts';
import { createBell, interruptedCode, interruption } from '../follow.ts';
import { accountTable } from '../tables.ts';
import { plain } from '../terminal.ts';
import { oneOf } from '../usage.ts';

/** `belfry accounts sign-in` and `reconnect`: through the browser, so that no token is ever typed or pasted. */
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
  // Fails before a secret is typed when no engine runs.
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

/** `mastodon.example` stands for its https address. */
function withScheme(server: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `https://${server}`;
}

/** Options of every sign-in. */
type SignInOptions = {
  code?: boolean;
  appId?: string;
  redirect?: string;
  /** Ids on the network of the accounts to take, where a sign-in opens several. */
  choose?: string[];
};

/** The user's app at Meta, its secret read like a password; nothing when no app id was given. */
async function readApp({ io }: Context, { appId, redirect }: SignInOptions): Promise<{ app?: MetaApp }> {
  if (appId === undefined) return {};
  const secret = await io.readSecret('App secret (not shown): ');
  const given = { id: appId, secret, ...(redirect === undefined ? {} : { redirectUri: redirect }) };
  return { app: parse(metaAppSchema, given, 'the app') };
}

/**
 * Leads the user through a sign-in that has begun: the link, the wait or the code, the choice. Gives the exit code.
 * Throws what the sign-in ended with. Ctrl-C cancels it.
 */
async function leadThrough(
  context: Context,
  begun: SignInView,
  options: SignInOptions,
  show: (done: SignInView) => void,
): Promise<number> {
  const { session } = begun;
  const stop = interruption(context.io);
  const cancel = () => context.call('accounts.cancelSignIn', { session });
  try {
    context.io.err(`Open this address in your browser and let Belfry in:\n\n  ${begun.url}\n\n`);
    const steps = async () => {
      const view = await (begun.mode === 'code'
        ? bringCode(context, begun)
        : waitForBrowser(context, session));
      if (view?.status !== 'choose') return view;
      const accounts = options.choose ?? (await askWhich(context, view));
      return context.call('accounts.choose', { session, accounts });
    };
    const view = await Promise.race([steps(), stop.promise]);
    if (view === undefined) {
      await cancel();
      return interruptedCode;
    }
    show(view);
    return 0;
  } catch (error) {
    await cancel().catch(() => {}); // A session that is over cannot be cancelled; the first error is the one to show.
    throw error;
  } finally {
    stop.leave();
  }
}

/** Waits for the browser to come back. Throws the error of a sign-in that failed. */
async function waitForBrowser(context: Context, session: string): Promise<SignInView> {
  context.io.err('Waiting for the browser … (no browser here? End this with Ctrl-C and use --code)\n');
  const client = await context.client();
  const bell = createBell();
  const leave = client.subscribe(({ name }) => {
    if (name === 'accounts.changed') bell.ring();
  });
  void client.closed().then(bell.ring);
  try {
    for (;;) {
      const view = await context.call('accounts.signInState', { session });
      if (view.status === 'failed') throw new Failure(view.error ?? cancelled().toWire());
      if (view.status === 'done' || view.status === 'choose') return view;
      await bell.rung();
    }
  } finally {
    leave();
  }
}

/** Reads the code; at a terminal a wrong one can be tried again, and an empty one ends the sign-in. */
async function bringCode(context: Context, { session, url }: SignInView): Promise<SignInView | undefined> {
  const shown = new URL(url).searchParams.get('redirect_uri') ?? '';
  const where = shown.startsWith('urn:')
    ? 'The page then shows a code.'
    : `The browser then ends at a page that may not open (${shown}…); its whole address is what Belfry needs.`;
  context.io.err(`${where}\n`);
  for (;;) {
    const code = await context.io.readSecret('Paste the code or the address (not shown): ');
    if (code === '') return undefined;
    try {
      return await context.call('accounts.finishSignIn', { session, code });
    } catch (error) {
      const view = await context.call('accounts.signInState', { session });
      if (!(error instanceof Failure) || view.status !== 'waiting' || !context.io.interactive) throw error;
      context.io.err(`${plain(error.wire.message)}\n`);
    }
  }
}

/** Which of several accounts. Throws NEEDS_PERSON without a terminal to ask at. */
async function askWhich(context: Context, { choices }: SignInView): Promise<string[]> {
  if (!context.io.interactive) throw whichOne(choices.map(({ remoteId }) => remoteId));
  const lines = choices.map(
    ({ handle, remoteId, known }, at) =>
      `  ${at + 1}  ${plain(handle)} (${remoteId})${known === null ? '' : `, here as ${known}`}\n`,
  );
  context.io.err(`You can publish as:\n${lines.join('')}`);
  const answer = await context.io.ask('Which? Numbers, or all: ');
  if (answer.trim() === 'all') return choices.map(({ remoteId }) => remoteId);
  const numbers = answer.split(/[\s,]+/).filter((word) => word !== '');
  // What is no number of the list is refused by the engine, with the list of what is.
  return numbers.map((word) => choices[Number(word) - 1]?.remoteId ?? word);
}

function whichOne(ids: readonly string[]): BelfryError {
  return new BelfryError({
    code: 'NEEDS_PERSON',
    what: 'The sign-in opens several accounts',
    where: 'on the command line',
    why: `It opens ${ids.join(', ')}, and there is no terminal to ask at`,
    remedy: 'Sign in again with --choose and an id',
  });
}

function cancelled(): BelfryError {
  return new BelfryError({
    code: 'CONFLICT',
    what: 'The sign-in was cancelled',
    where: 'in the engine',
    why: 'It was ended elsewhere, or Belfry was ending',
    remedy: 'Begin it again',
  });
}
