import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../renderer/styles/tokens.css', import.meta.url), 'utf8');

/** The colours of a block such as `:root`, by name. */
function colours(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(selector)).split('}')[0] ?? '';
  return new Map(
    [...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

/** WCAG 2.2 contrast ratio. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}

const texts: [string, string][] = [
  ...['text', 'muted', 'accent', 'accent-hover', 'ok', 'bad', 'warn'].flatMap((front): [string, string][] =>
    ['ground', 'surface', 'sunken'].map((back) => [front, back]),
  ),
  ...['ok', 'bad', 'warn', 'busy', 'idle'].flatMap((tone): [string, string][] => [
    [tone, `${tone}-soft`],
    ['text', `${tone}-soft`],
  ]),
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['text', 'accent-soft'],
  ['text', 'mark'],
  ...['0', '1', '2', '3', '4', '5', '6', '7'].map((n): [string, string] => [`ansi-${n}`, 'log-ground']),
];

test.each([
  ['light', ':root {'],
  ['dark', ':root[data-mantine-color-scheme="dark"] {'],
])('text is readable in the %s theme', (_, selector) => {
  const palette = colours(selector);
  const ratio = (front: string, back: string) =>
    contrast(palette.get(front) ?? '#000000', palette.get(back) ?? '#000000');
  const weak = texts.filter(([front, back]) => ratio(front, back) < 4.5);
  expect(weak.map(([front, back]) => `${front} on ${back}: ${ratio(front, back).toFixed(2)}`)).toEqual([]);
  // Edges of controls need 3 (WCAG 1.4.11).
  expect(ratio('line-strong', 'surface')).toBeGreaterThanOrEqual(3);
});
