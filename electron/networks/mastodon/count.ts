const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const urls = /https?:\/\/[^\s<>"'）」』】]+/giu;
const remoteMentions =
  /(?<=^|[^\p{L}\p{N}/_])@([\p{L}\p{N}_][\p{L}\p{N}_.-]*)@[\p{L}\p{N}][\p{L}\p{N}.-]*[\p{L}\p{N}]/gu;

/** Length as Mastodon counts it: grapheme clusters, each address `perUrl`, `@user@server` as `@user`, plus the warning (networks.md §1.11). */
export function countGraphemes(text: string, contentWarning: string | null, perUrl: number): number {
  let addresses = 0;
  const rest = text
    .replace(urls, () => {
      addresses += 1;
      return '';
    })
    .replace(remoteMentions, '@$1');
  return graphemes(rest) + addresses * perUrl + graphemes(contentWarning ?? '');
}

/** Length as GoToSocial counts it: code points, addresses in full (networks.md §2.2). */
export function countCodePoints(text: string, contentWarning: string | null): number {
  return [...text].length + [...(contentWarning ?? '')].length;
}

function graphemes(text: string): number {
  let count = 0;
  for (const _ of segmenter.segment(text)) count += 1;
  return count;
}
