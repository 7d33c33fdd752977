import { expect, it } from 'vitest';
import { chooseHome, parseArguments } from '../../electron/shell/arguments.ts';

const parse = (args: string[], env = {}) => parseArguments(['/path/electron', ...args], env);

it('reads its own options among those of Electron', () => {
  expect(parse(['--no-sandbox', '--disable-gpu', '/app', '--home', '/h', '--hidden', '--demo'])).toEqual({
    home: '/h',
    hidden: true,
    demo: true,
    link: null,
  });
  expect(parse(['--inspect=0', '--remote-debugging-port=0', '/app', 'belfry://posts/1'])).toEqual({
    home: null,
    hidden: false,
    demo: false,
    link: 'belfry://posts/1',
  });
});

it('takes the home from --home=, else from BELFRY_HOME', () => {
  expect(parse(['--home=/a b'], { BELFRY_HOME: '/c' }).home).toBe('/a b');
  expect(parse([], { BELFRY_HOME: '/c' }).home).toBe('/c');
  expect(parse([], { BELFRY_HOME: '' }).home).toBeNull();
});

it('expands ~ in both, also where no shell has', () => {
  const env = { HOME: '/u/ann' };
  expect(parse(['--home=~/b'], env).home).toBe('/u/ann/b');
  expect(parse(['--home', '~'], env).home).toBe('/u/ann');
  expect(parse([], { ...env, BELFRY_HOME: '~/c' }).home).toBe('/u/ann/c');
  expect(() => parse(['--home', '~bob/b'], env)).toThrow(/^BAD_INPUT: .*~bob/);
});

it.each([['--home'], ['--home='], ['--home --hidden']])('refuses "%s" without a folder', (text) => {
  expect(() => parse(text.split(' '))).toThrow(
    /^BAD_INPUT: --home has no folder, on the command line\. .+ Write --home FOLDER\.$/,
  );
});

it('refuses a slip of the pen and says what was meant', () => {
  expect(() => parse(['--hiden'])).toThrow('Did you mean --hidden?');
  expect(() => parse(['--hom', '/h'])).toThrow('Did you mean --home?');
});

it('gives a demonstration a home of its own', () => {
  const beside = (home: string) => `${home}-demo`;
  const none = { home: null, hidden: false, demo: false, link: null };
  expect(chooseHome(none, '/u/Belfry', beside)).toEqual({ home: '/u/Belfry', usual: true });
  expect(chooseHome({ ...none, demo: true }, '/u/Belfry', beside)).toEqual({
    home: '/u/Belfry-demo',
    usual: false,
  });
  expect(chooseHome({ ...none, demo: true, home: '/x' }, '/u/Belfry', beside)).toEqual({
    home: '/x',
    usual: false,
  });
  expect(chooseHome({ ...none, home: '/u/Belfry/' }, '/u/Belfry', beside)).toEqual({
    home: '/u/Belfry',
    usual: true,
  });
});
