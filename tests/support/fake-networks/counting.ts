/**
 * How real servers measure a text, written from their sources and from nothing of Belfry's, so that each finds the
 * other's mistakes.
 */
export type Measure = {
  /** Ruby's and Elixir's graphemes, or the runes and `mb_strlen` of Go and PHP. */
  unit: 'graphemes' | 'code-points';
  /** Each address is as long as this; null = as it is. */
  address: number | null;
  /** The server of a mention is left out. */
  mentions: boolean;
  /** The warning counts with the text. */
  warning: boolean;
};

export function lengthOf(text: string, warning: string, measure: Measure): number {
  const shown = measure.mentions ? text.replace(/(?<![\w/=])@([\w.-]+)@[\w.-]*\w/g, '@$1') : text;
  const filled =
    measure.address === null ? shown : shown.replace(/https?:\/\/\S+/gi, filling(measure.address));
  return size(measure.warning ? filled + warning : filled, measure.unit);
}

/** Length of anything that is no text of a post: options of polls, descriptions. */
export function size(text: string, unit: Measure['unit']): number {
  return unit === 'graphemes' ? [...new Intl.Segmenter().segment(text)].length : Array.from(text).length;
}

/**
 * As twitter-text does it for Mastodon: an address has a host with a dot and a name at its end, and leaves closing
 * punctuation, and brackets that are not its own, to the sentence.
 */
function filling(length: number): (found: string) => string {
  return (found) => {
    const [, authority = ''] = /^https?:\/\/([^/?#]*)/i.exec(found) ?? [];
    const host = authority.replace(/:\d+$/, '').replace(/[.,:;!?'")\]}]+$/, '');
    if (!/^[^.@]+(\.[^.@]+)*\.\p{L}{2,}$/u.test(host)) return found;
    let end = found.length;
    while (end > 0) {
      const last = found[end - 1] ?? '';
      const opened = found.slice(0, end).split('(').length - found.slice(0, end).split(')').length;
      if (!/[.,:;!?'"\]}*]/.test(last) && !(last === ')' && opened < 0)) break;
      end -= 1;
    }
    return 'x'.repeat(length) + found.slice(end);
  };
}
