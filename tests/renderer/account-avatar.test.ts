import { expect, test } from 'vitest';
import { groundOf, initials } from '../../renderer/ui/account-avatar.tsx';

test('the letters of an account are those of its first two words, without its server', () => {
  expect(initials('@town.news@mastodon.example')).toBe('TN');
  expect(initials('town_gazette')).toBe('TG');
  expect(initials('@ada@mastodon.example')).toBe('AD');
  expect(initials('Über uns')).toBe('ÜU');
  expect(initials('@')).toBe('?');
});

test('an account keeps its colour, and white letters are readable on each', () => {
  expect(groundOf('ada')).toBe(groundOf('ada'));
  const all = new Set(Array.from({ length: 200 }, (_, index) => groundOf(`account-${index}`)));
  expect(all.size).toBe(8);
  for (const ground of all) expect(1.05 / (luminance(ground) + 0.05)).toBeGreaterThanOrEqual(4.5);
});

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((start) => {
    const share = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
