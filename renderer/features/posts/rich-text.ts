export type TextPiece = { readonly text: string; readonly kind: 'plain' | 'link' | 'tag' | 'mention' };

const special =
  /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]]|(?<![\w/&])#[\p{L}\p{M}\p{N}_]+|(?<![\w/])@\w[\w.-]*(?:@[\w.-]+\w)?/gu;

/** Splits a text where networks make a link of it: addresses, hashtags and mentions. */
export function richText(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(special)) {
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), kind: 'plain' });
    const [found] = match;
    pieces.push({
      text: found,
      kind: found.startsWith('#') ? 'tag' : found.startsWith('@') ? 'mention' : 'link',
    });
    from = match.index + found.length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), kind: 'plain' });
  return pieces;
}
