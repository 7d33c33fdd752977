import { BelfryError, type MetaApp, metaAppSchema, parse, type SignInView } from '../../shared/index.ts';
import type { Context } from './context.ts';
import { Failure } from './failure.ts';
import { createBell } from './follow.ts';
import { interruptedCode, interruption } from './interruption.ts';
import { plain } from './text.ts';

/** Options of every sign-in. */
export type SignInOptions = {
  code?: boolean;
  appId?: string;
  redirect?: string;
  /** Ids on the network of the accounts to take, where a sign-in opens several. */
  choose?: string[];
};

/** The person's app at Meta, its secret read like a password; nothing when no app id was given. */
export async function readApp(
  { io }: Context,
  { appId, redirect }: SignInOptions,
): Promise<{ app?: MetaApp }> {
  if (appId === undefined) return {};
  const secret = await io.readSecret('App secret (not shown): ');
  const given = { id: appId, secret, ...(redirect === undefined ? {} : { redirectUri: redirect }) };
  return { app: parse(metaAppSchema, given, 'the app') };
}

/**
 * Leads a person through a sign-in that has begun: the link, the wait or the code, the choice. Gives the exit code.
 * Throws what the sign-in ended with. Ctrl-C cancels it.
 */
export async function leadThrough(
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
    await cancel().catch(() => {}); // One that is over needs no end; the first error is what the person must see.
    throw error;
  } finally {
    stop.leave();
  }
}

/** Until the browser came back. Throws how it ended when that is no success. */
async function waitForBrowser(context: Context, session: string): Promise<SignInView> {
  context.io.err('Waiting for the browser … (no browser here? End this with Ctrl-C and use --code)\n');
  const client = await context.client();
  const bell = createBell();
  const leave = client.subscribe(({ name }) => {
    if (name === 'accounts.changed') bell.ring();
  });
  void client.closed.then(bell.ring);
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

/** The code by the person's hand; at a terminal a wrong one may be followed by another, and none at all ends it. */
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

/** Which of several accounts. Throws NEEDS_PERSON where nobody can be asked. */
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
    why: 'Somebody ended it in another place, or Belfry was ending',
    remedy: 'Begin it again',
  });
}
