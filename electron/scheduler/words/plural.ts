/** "1 slot", "12 slots". */
export function slotsText(count: number): string {
  return plural(count, 'slot');
}

/** "1 hour", "3 hours". */
export function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** "a", "a and b", "a, b and c". */
export function listText(parts: readonly string[], word = 'and'): string {
  if (parts.length <= 1) return parts[0] ?? '';
  return `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}

/** "1st", "22nd", "13th". */
export function ordinal(value: number): string {
  const rest = value % 100;
  const suffix = rest >= 11 && rest <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th');
  return `${value}${suffix}`;
}
