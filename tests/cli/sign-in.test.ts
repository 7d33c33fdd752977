import { expect, onTestFinished, test } from 'vitest';
import type { Io } from '../../electron/cli/context.ts';
import { openAccounts } from '../accounts/world.ts';
import { signInAs } from '../support/browser-person.ts';
import { fakeMetaApp, type ModelName, startFakeNetwork } from '../support/fake-networks/index.ts';
import { temporaryHome } from '../support/home.ts';
import { serve } from './engine.ts';
import { belfry, json, type Result } from './terminal.ts';

/** The command line on an engine with the real accounts module and a fake network. */
async function world(model: ModelName = 'mastodon-4.5') {
  let announce = () => {};
  const world = await openAccounts(temporaryHome(), { changed: () => announce() });
  const network = await startFakeNetwork(model, { now: world.clock.now });
  onTestFinished(network.close);
  const { accounts } = world;
  const engine = await serve({
    'accounts.list': () => accounts.list(),
    'accounts.add': (input) => accounts.add(input),
    'accounts.signIn': (input) => accounts.signIn(input),
    'accounts.reconnect': (input) => accounts.reconnect(input),
    'accounts.signInState': async ({ session }) => accounts.signInState(session),
    'accounts.finishSignIn': ({ session, code }) => accounts.finishSignIn(session, code),
    'accounts.choose': ({ session, accounts: chosen }) => accounts.choose(session, chosen),
    'accounts.cancelSignIn': async ({ session }) => {
      accounts.cancelSignIn(session);
      return {};
    },
  });
  announce = () => engine.announce({ name: 'accounts.changed' });
  /** Runs a command line; `visit` gets the link as soon as it is printed. */
  const run = (
    args: string[],
    visit: (url: string) => Promise<unknown>,
    some: Partial<Io> & { input?: string } = {},
  ) => {
    let err = '';
    const io = {
      ...some,
      err(text: string) {
        err += text;
        const url = /^ {2}(http\S+)$/m.exec(text)?.[1];
        if (url) void visit(url);
      },
    };
    return belfry(['--home', engine.home, ...args], io).then((result): Result => ({ ...result, err }));
  };
  return { ...world, network, run };
}

test('sign-in prints the link, waits for the browser, and shows the account', async () => {
  const w = await world();
  const result = await w.run(['accounts', 'sign-in', w.network.address, '--id', 'me'], signInAs);
  expect(result).toMatchObject({ code: 0, out: expect.stringMatching(/^ID .*\nme +mastodon .* ready/) });
  expect(result.err).toContain('Open this address in your browser');
  const again = await w.run(['--json', 'accounts', 'reconnect', 'me'], signInAs);
  expect(json(again)).toMatchObject([{ id: 'me', status: 'ready' }]);
});

test('with --code the code is read, and never printed', async () => {
  const w = await world('pixelfed');
  let code = '';
  const visit = async (url: string) => {
    code = /<code>(\w+)</.exec((await signInAs(url)).text)?.[1] ?? '';
  };
  const result = await w.run(
    ['accounts', 'sign-in', w.network.address, '--network', 'pixelfed', '--code'],
    visit,
    {
      readSecret: async () => {
        await expect.poll(() => code).not.toBe('');
        return code;
      },
    },
  );
  expect(result.code).toBe(0);
  expect(result.out + result.err).not.toContain(code);
});

test('at a terminal a wrong code may be followed by another, an empty one ends it', async () => {
  const w = await world();
  const typed = ['two words', ''];
  const result = await w.run(['accounts', 'sign-in', w.network.address, '--code'], async () => {}, {
    interactive: true,
    readSecret: async () => typed.shift() ?? '',
  });
  expect(result).toMatchObject({ code: 130, out: '' });
  expect(result.err).toContain('BAD_INPUT: There is no code in this');
  expect(w.clock.pending()).toBe(0);
});

test('refused in the browser: the error and its exit code', async () => {
  const w = await world();
  const result = await w.run(['accounts', 'sign-in', w.network.address], (url) =>
    signInAs(url, { decision: 'deny' }),
  );
  expect(result).toMatchObject({ code: 1, out: '' });
  expect(result.err).toContain('NETWORK_REFUSED: The sign-in was declined');
});

test('Ctrl-C cancels it', async () => {
  const w = await world();
  let interrupt = () => {};
  const result = await w.run(['accounts', 'sign-in', w.network.address], async () => interrupt(), {
    onInterrupt(stop) {
      interrupt = stop;
      return () => {};
    },
  });
  expect(result.code).toBe(130);
  expect(w.clock.pending()).toBe(0);
});

test('Facebook: the app secret like a password, and the Pages by their numbers', async () => {
  const w = await world('facebook');
  // Meta's own address is replaced by the pretended one.
  const args = [
    'accounts',
    'sign-in',
    w.network.address,
    '--network',
    'facebook',
    '--app-id',
    fakeMetaApp.id,
  ];
  const redirect = ['--redirect', 'http://127.0.0.1/belfry'];
  const asked: string[] = [];
  const terminal: Partial<Io> = {
    interactive: true,
    readSecret: async (question) => {
      asked.push(question);
      return fakeMetaApp.secret;
    },
    ask: async () => '2',
  };
  const result = await w.run([...args, ...redirect], signInAs, terminal);
  expect(result.out).toContain('Market square');
  expect(result.err).toContain('1  Town news (1001)\n  2  Market square (1002)\n');
  expect(result.out + result.err).not.toContain(fakeMetaApp.secret);
  expect(asked).toEqual(['App secret (not shown): ']);

  const blind = await w.run(args.slice(0, 5), signInAs);
  expect(blind).toMatchObject({ code: 7 });
  expect(blind.err).toContain('Sign in again with --choose');
  const chosen = await w.run([...args.slice(0, 5), '--choose', '1001', '--choose', '1002'], signInAs);
  expect(chosen.out).toContain('Town news');
});

test('a pasted token of a Page, and the list with its end', async () => {
  const w = await world('facebook');
  const person = {
    account: 'person',
    write: true,
    kind: 'person' as const,
    until: w.clock.now() + 86_400_000,
  };
  w.network.world.tokens.set('person-token', person);
  const args = ['accounts', 'add', 'facebook', w.network.address, '--remote-id', '1002'];
  const added = await w.run(args, async () => {}, { input: 'person-token\n' });
  expect(added.code).toBe(0);
  expect((await w.run(['accounts'], async () => {})).out).toMatch(
    /Market square +ready +independent +tomorrow 09:00/,
  );
});

test.each([
  [['accounts', 'sign-in'], /server: is missing/],
  [['accounts', 'sign-in', 'ftp://x.example'], /server: must be an http\(s\) address/],
  [['accounts', 'sign-in', '--network', 'facebook', '--app-id', 'abc'], /id: must be the number/],
  [['accounts', 'sign-in', '--network', 'facebok'], /Did you mean facebook/],
])('%j is refused', async (args, words) => {
  const w = await world();
  const result = await w.run(args, async () => {});
  expect(result).toMatchObject({ code: 2 });
  expect(result.err).toMatch(words);
});
