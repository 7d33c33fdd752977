import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ansiSpans, plainText } from '../../renderer/ui/ansi.ts';

const esc = '\x1b';

test('plain text is one span', () => {
  expect(ansiSpans('hello')).toEqual([{ text: 'hello', classes: '' }]);
  expect(ansiSpans('')).toEqual([]);
});

test('colours become class names and end where they end', () => {
  expect(ansiSpans(`${esc}[1;31mred${esc}[0m plain ${esc}[42mground${esc}[49m end`)).toEqual([
    { text: 'red', classes: 'ansi-front-1 ansi-bold' },
    { text: ' plain ', classes: '' },
    { text: 'ground', classes: 'ansi-back-2' },
    { text: ' end', classes: '' },
  ]);
});

test('bright, 256 and true colours are brought to the sixteen', () => {
  const classOf = (code: string) => ansiSpans(`${esc}[${code}mx`)[0]?.classes;
  expect(classOf('92')).toBe('ansi-front-10');
  expect(classOf('38;5;9')).toBe('ansi-front-9');
  expect(classOf('38;5;196')).toBe('ansi-front-9');
  expect(classOf('38;5;232')).toBe('ansi-front-0');
  expect(classOf('38;2;0;128;0')).toBe('ansi-front-2');
  expect(classOf('48;2;250;250;250')).toBe('ansi-back-15');
  expect(classOf('38;2;1;2;3;4')).toBe('ansi-front-0 ansi-under');
});

test('every other escape and control character is dropped', () => {
  expect(plainText(`${esc}[2K${esc}[1Ga${esc}]8;;https://x.example${esc}\\link${esc}]8;;\x07\x07b\x00`)).toBe(
    'alinkb',
  );
});

test('of a line that was drawn over itself, the last state stays', () => {
  expect(plainText('10 %\r50 %\r100 %')).toBe('100 %');
  expect(plainText('whole line\r')).toBe('whole line');
});

test('markup is text', () => {
  expect(ansiSpans('<img src=x onerror=alert(1)>')[0]?.text).toBe('<img src=x onerror=alert(1)>');
});

test('no text is lost and no control character stays, whatever comes', () => {
  const noise = fc.array(
    fc.constantFrom('a', 'ö', '🙂', esc, '[', '3', '1', ';', 'm', ']', '\x07', '\t', '\\'),
  );
  fc.assert(
    fc.property(noise, (parts) => {
      const text = plainText(parts.join(''));
      expect(text).toBe(
        ansiSpans(parts.join(''))
          .map((span) => span.text)
          .join(''),
      );
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be left
      expect(text).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
    }),
  );
});
