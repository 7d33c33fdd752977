import { type QueueView, type WeekdayName, type WeeklySlot, weekdayNames } from '../../../shared/index.ts';
import { weekdayWords, weekFromMonday } from '../../ui/day-choice.tsx';

/** One line of the editor of slots; `key` tells lines apart. */
export type SlotDraft = { key: number; days: readonly WeekdayName[]; at: string };

/** The lines for the slots of a queue; a new queue starts with one, working days at nine. */
export function draftOfSlots(slots: readonly WeeklySlot[]): SlotDraft[] {
  if (slots.length === 0) return [{ key: 0, days: ['mon', 'tue', 'wed', 'thu', 'fri'], at: '09:00' }];
  return slots.map(({ days, at }, key) => ({ key, days, at }));
}

/** The slots that the lines mean, not checked yet. */
export function slotsOf(draft: readonly SlotDraft[]): WeeklySlot[] {
  return draft.map(({ days, at }) => ({ days: weekdayNames.filter((name) => days.includes(name)), at }));
}

/** One more line, like the last one but without a time. */
export function withOneMore(draft: readonly SlotDraft[]): SlotDraft[] {
  const key = Math.max(-1, ...draft.map((line) => line.key)) + 1;
  return [...draft, { key, days: draft.at(-1)?.days ?? weekFromMonday, at: '' }];
}

/** A weekly slot in words: `Mon–Fri 09:00`, `every day 18:00`, `Mon, Wed 12:00`. */
export function slotText({ days, at }: WeeklySlot): string {
  const places = weekFromMonday.flatMap((day, index) => (days.includes(day) ? [index] : []));
  const [first = 0] = places;
  const last = places.at(-1) ?? first;
  if (places.length === 7) return `every day ${at}`;
  const short = (index: number) => weekdayWords[weekFromMonday[index] ?? 'mon'].slice(0, 3);
  const isRow = places.length > 2 && last - first === places.length - 1;
  return `${isRow ? `${short(first)}–${short(last)}` : places.map(short).join(', ')} ${at}`;
}

export type QueueEntry = QueueView['upcoming'][number];

/** The ids of the posts that stand in slots, in their order: what can be moved. */
export function movable(upcoming: readonly QueueEntry[]): string[] {
  return upcoming.flatMap(({ slot, post }) => (slot && post ? [post.id] : []));
}
