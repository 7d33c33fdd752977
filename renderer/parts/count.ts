import type { Network } from '../../shared/index.ts';

/** The customary limit of each network in characters as it counts them; servers may allow more. */
export const usualLimits: Record<Network, number> = {
  mastodon: 500,
  pixelfed: 500,
  instagram: 2200,
  facebook: 63_206,
};

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Characters as people see them: a family emoji or a letter with accents counts 1. */
export function graphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}

/**
 * Characters as a network counts them; Mastodon counts each link as 23, `@user@server` as `@user`, and the content
 * warning with the text.
 */
export function countFor(network: Network, text: string, warning = ''): number {
  if (network !== 'mastodon' && network !== 'pixelfed') return graphemes(text);
  const shortened = text
    .replace(/https?:\/\/[^\s]+/gi, 'x'.repeat(23))
    .replace(/(^|[^\w/])@(\w+)@[\w.-]+\w/g, '$1@$2');
  return graphemes(shortened) + graphemes(warning);
}
