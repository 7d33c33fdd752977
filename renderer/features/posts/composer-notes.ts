import type { Problem } from '../../../shared/index.ts';

/** Remarks on one field, each a sentence. */
export type Said = readonly string[] | undefined;

/** What is said beside the fields of the composer. */
export type Notes = {
  /** What will not do, by the field's place. */
  readonly refusals: ReadonlyMap<string, readonly string[]>;
  /** What could be better. */
  readonly advice: ReadonlyMap<string, readonly string[]>;
};

/** Where a remark stands that belongs to no field of the form. */
export const elsewhere = '';

const places: readonly RegExp[] = [
  /^(?:thread\[\d+\]\.)?media\[\d+\](?:\.alt)?/,
  /^(?:thread\[\d+\]\.)?(?:text|media)(?![\w[])/,
  /^overrides\.[\w-]+\.thread(?:\[\d+\])?/,
  /^overrides\.[\w-]+\.\w+/,
  /^(?:poll|firstComment|tags|visibility|contentWarning|language|sensitive|note|accounts|publishAt)(?!\w)/,
];

/** The place in the form of a field such as `thread[0].media[1].path`. */
export function placeOf(field: string): string {
  for (const place of places) {
    const [found] = place.exec(field) ?? [];
    if (found !== undefined) return found;
  }
  return elsewhere;
}

/** Sorts remarks to their places, each as a sentence, none twice. */
export function notesOf(refusals: readonly Problem[], advice: readonly Problem[]): Notes {
  return { refusals: byPlace(refusals), advice: byPlace(advice) };
}

function byPlace(problems: readonly Problem[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { field, message } of problems) {
    // The answer of a call names the fields of its input.
    const own = field.replace(/^post\./, '');
    const place = placeOf(own);
    const said = found.get(place) ?? [];
    const text = sentence(place, own, message);
    if (!said.includes(text)) found.set(place, [...said, text]);
  }
  return found;
}

function sentence(place: string, field: string, message: string): string {
  // A remark that is a sentence already needs no subject.
  if (/^\p{Lu}/u.test(message)) return message;
  const inside = field.slice(place.length).replace(/^\./, '');
  const subject = inside === '' || inside === 'path' ? 'This' : inside;
  return /[.!?]$/.test(message) ? `${subject} ${message}` : `${subject} ${message}.`;
}
