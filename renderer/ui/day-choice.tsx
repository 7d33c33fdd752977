import type { WeekdayName } from '../../shared/index.ts';

export const weekdayWords: Record<WeekdayName, string> = {
  mon: 'Monday',
  tue: 'Tuesday',
  wed: 'Wednesday',
  thu: 'Thursday',
  fri: 'Friday',
  sat: 'Saturday',
  sun: 'Sunday',
};

/** The week as people here write it, from Monday. */
export const weekFromMonday = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

type ChoiceProps = {
  label: string;
  days: readonly WeekdayName[];
  error?: string | undefined;
  onChange: (days: readonly WeekdayName[]) => void;
};

/** Days of the week to choose from, as a row of buttons that stay down. */
export function DayChoice({ label, days, error, onChange }: ChoiceProps) {
  const toggle = (day: WeekdayName, on: boolean) =>
    onChange(weekFromMonday.filter((other) => (other === day ? on : days.includes(other))));
  return (
    <fieldset className="field">
      <legend>{label}</legend>
      <div className="weekdays">
        {weekFromMonday.map((day) => (
          <label key={day} className="weekday">
            <input
              type="checkbox"
              aria-label={weekdayWords[day]}
              checked={days.includes(day)}
              onChange={(event) => toggle(day, event.target.checked)}
            />
            <span aria-hidden="true">{weekdayWords[day].slice(0, 2)}</span>
          </label>
        ))}
      </div>
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}
