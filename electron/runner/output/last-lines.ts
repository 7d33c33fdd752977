import { plainText } from '../../../shared/index.ts';

/** Keeps the end of what a command says on its standard error, where most programs say why they failed. */
export type LastLines = {
  write(text: string): void;
  /** Its last lines in one, `mask` applied; '' when it said nothing. */
  text(mask: (text: string) => string): string;
};

/** Characters kept: far more than shown, so that a secret cut at their beginning is never among what is shown. */
const kept = 16 * 1024;
const mostLines = 4;
const longest = 300;
/** What says less than the line before it: frames of a stack, the mark below a column, a version. */
const noise = /^\s*(at\s.+[:(].*|[\^~\s]+|Node\.js v[\d.]+|\.\.\. \d+ .*)$/;

/** The last lines of a text that comes in pieces. */
export function createLastLines(): LastLines {
  let tail = '';
  let wasCut = false;
  return {
    write(text) {
      wasCut ||= tail.length + text.length > kept;
      tail = (tail + text.slice(-kept)).slice(-kept);
    },
    text(mask) {
      const whole = wasCut ? tail.slice(tail.indexOf('\n') + 1) : tail;
      const lines = mask(whole)
        .split('\n')
        .map((line) => plainText(line).trimEnd())
        .filter((line) => line !== '' && !noise.test(line))
        .slice(-mostLines)
        .map((line) => line.trim());
      const text = lines.join(' / ');
      return text.length > longest ? `…${text.slice(-longest)}` : text;
    },
  };
}
