/** Lowest and highest value of each field where a range leaves them out (days end with the 28th, which each month has), and the most it may be. */
const fields = [
  { name: 'minute', low: 0, high: 59, most: 59 },
  { name: 'hour', low: 0, high: 23, most: 23 },
  { name: 'day of month', low: 1, high: 28, most: 31 },
  { name: 'month', low: 1, high: 12, most: 12 },
  { name: 'day of week', low: 0, high: 6, most: 7 },
] as const;

type Chosen = { expression: string; remarks: string[]; problems: string[] };

/**
 * Puts a value in place of each random range (`0~59`, `~`, `5~`, `~30`, `0~59/15`; crontab(5) of cronie and OpenBSD). They
 * choose when they read the table; here the same `seed` gives the same value, so that a second import changes nothing.
 */
export function chooseRandom(expression: string, seed: string): Chosen {
  const chosen: Chosen = { expression, remarks: [], problems: [] };
  if (!expression.includes('~')) return chosen;
  const words = expression.split(' ').map((word, index) => {
    const field = fields[index];
    if (!field || !word.includes('~')) return word;
    const items = word.split(',').map((item, position) => {
      if (!item.includes('~')) return item;
      const value = chosenFrom(item, field, hash(`${seed} ${index} ${position}`));
      if (value === null) chosen.problems.push(`"${item}" is no random range of the ${field.name}`);
      return value ?? item;
    });
    const result = items.join(',');
    chosen.remarks.push(
      `The ${field.name} ${word} is a random one; it became ${result}, and stays so when this is imported again.`,
    );
    return result;
  });
  return { ...chosen, expression: words.join(' ') };
}

/** `low~high/step` with a value chosen from it; with a step, the beginning is chosen within the first one. */
function chosenFrom(item: string, field: (typeof fields)[number], random: number): string | null {
  const [, from = '', to = '', every] = /^(\d*)~(\d*)(?:\/(\d+))?$/.exec(item) ?? [];
  if (!/^\d*~\d*(?:\/\d+)?$/.test(item)) return null;
  const low = from === '' ? field.low : Number(from);
  const high = to === '' ? field.high : Number(to);
  if (low > high || low < field.low || high > field.most) return null;
  if (every === undefined) return String(low + (random % (high - low + 1)));
  const step = Number(every);
  if (step < 1) return null;
  const first = low + (random % Math.min(step, high - low + 1));
  return `${first}-${high}/${step}`;
}

/** FNV-1a, 32 bits (https://datatracker.ietf.org/doc/html/draft-eastlake-fnv). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const char of new TextEncoder().encode(text)) value = Math.imul(value ^ char, 0x01000193) >>> 0;
  return value;
}
