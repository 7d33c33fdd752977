import type { QueuePlace } from '../../shared/index.ts';

/** The same list with the entry at `index` in another place; what it passes moves by one. */
export function movedTo<T>(list: readonly T[], index: number, place: QueuePlace): T[] {
  const rest = list.filter((_, other) => other !== index);
  const moved = list.slice(index, index + 1);
  const at = { top: 0, bottom: rest.length, up: Math.max(index - 1, 0), down: index + 1 }[place];
  return [...rest.slice(0, at), ...moved, ...rest.slice(at)];
}

/** The same list in any order, each equally likely (Fisher–Yates); `luck` gives numbers in [0, 1). */
export function shuffled<T>(list: readonly T[], luck: () => number): T[] {
  const left = [...list];
  return list.flatMap(() => left.splice(Math.floor(luck() * left.length), 1));
}
