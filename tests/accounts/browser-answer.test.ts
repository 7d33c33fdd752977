import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resultPage } from '../../electron/accounts/loopback.ts';
import { readPasted } from '../../electron/accounts/sign-in-session.ts';

const word = fc.string({ minLength: 1, maxLength: 60, unit: fc.constantFrom(...'abcXYZ019-_.~+/=&?%') });

test('the address where a browser ended gives its code and state, whatever characters they have and whatever hangs behind', () => {
  fc.assert(
    fc.property(word, word, fc.constantFrom('', '#_', '#_=_', ' ', '\n'), (code, state, tail) => {
      const address = `https://localhost/belfry?${new URLSearchParams({ code, state })}${tail}`;
      expect(readPasted(address)).toEqual({ code, state });
    }),
  );
});

test('no text makes it fail', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const found = readPasted(text);
      if (found && 'code' in found && found.state === null) expect(found.code).not.toMatch(/\s/);
    }),
  );
});

test.each([
  ['abc', { code: 'abc', state: null }],
  [' abc#_ ', { code: 'abc', state: null }],
  ['?code=abc&state=x', { code: 'abc', state: 'x' }],
  [
    'http://127.0.0.1:1/cb?error=access_denied&error_reason=user_denied&state=x',
    { refusal: 'access_denied: user_denied', state: 'x' },
  ],
  ['http://127.0.0.1:1/cb?code=&state=x', undefined],
  ['https://localhost/belfry', undefined],
  ['two words', undefined],
  ['#_=_', undefined],
  ['?code=%23_%3D_&state=x', undefined],
])('%j', (text, expected) => {
  expect(readPasted(text)).toEqual(expected);
});

test('what a server says is text on the page, never markup', () => {
  const page = resultPage({ ok: false, title: '<script>', text: '"><img src=x onerror=alert(1)>&\'' });
  expect(page).not.toMatch(/<script|<img/);
});
