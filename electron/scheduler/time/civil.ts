/** Days since 1970-01-01 of a day of the Gregorian calendar; `month` is 1…12, `day` may lie outside the month. */
export function dayNumber(year: number, month: number, day: number): number {
  // Years that begin in March put the leap day last, which makes the months' lengths one formula.
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** A day of the calendar; `month` is 1…12. */
export type Civil = { year: number; month: number; day: number };

/** The inverse of `dayNumber`. */
export function civilOf(days: number): Civil {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

const lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Number of days in a month, 28…31. */
export function monthLength(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return (lengths[month - 1] ?? 31) + (leap ? 1 : 0);
}

/** Weekday of a day number: 0 is Sunday. */
export function weekdayOf(days: number): number {
  return modulo(days + 4, 7);
}

/** ISO 8601 week of a day number, 1…53. */
export function isoWeek(days: number): number {
  const thursday = days - modulo(days + 3, 7) + 3;
  return Math.floor((thursday - dayNumber(civilOf(thursday).year, 1, 1)) / 7) + 1;
}

/** The remainder that is never negative. */
export function modulo(value: number, by: number): number {
  return ((value % by) + by) % by;
}
