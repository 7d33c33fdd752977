import { useId } from 'react';
import { type CalendarTrigger, type Problem, weekdayNames } from '../../../shared/index.ts';
import { DayChoice, weekdayWords } from '../../ui/day-choice.tsx';
import { Field } from '../../ui/field.tsx';
import { problemAt } from '../../ui/problems.ts';
import { type RuleDraft, whichOfMonth } from './rule-draft.ts';

type RuleProps = {
  rule: RuleDraft;
  problems: readonly Problem[];
  onChange: (part: Partial<RuleDraft>) => void;
};

/** When a series posts: every so many days, weeks or months, at a time of day. */
export function RuleFields({ rule, problems, onChange }: RuleProps) {
  const every = useId();
  const mistake = (field: string) => problemAt(problems, `rule.${field}`);
  const isOne = rule.every.trim() === '1';
  return (
    <>
      <div className="field">
        <label htmlFor={every}>Every</label>
        <div className="row-fields">
          <input
            id={every}
            type="text"
            className="narrow"
            inputMode="numeric"
            aria-describedby={`${every}-about`}
            aria-invalid={mistake('every') !== undefined || undefined}
            value={rule.every}
            onChange={(event) => onChange({ every: event.target.value })}
          />
          <select
            aria-label="Unit"
            value={rule.unit}
            onChange={(event) => {
              const unit = units.find((known) => known === event.target.value);
              if (unit) onChange({ unit });
            }}
          >
            {units.map((unit) => (
              <option key={unit} value={unit}>
                {isOne ? unit.slice(0, -1) : unit}
              </option>
            ))}
          </select>
        </div>
        <div id={`${every}-about`}>
          {mistake('every') && <p className="field-error">{mistake('every')}</p>}
        </div>
      </div>
      {rule.unit === 'weeks' && (
        <DayChoice
          label="On"
          days={rule.weekdays}
          error={mistake('weekdays')}
          onChange={(weekdays) => onChange({ weekdays })}
        />
      )}
      {rule.unit === 'months' && <MonthDay rule={rule} error={mistake('day')} onChange={onChange} />}
      <div className="row-fields">
        <Field label="At" error={mistake('at')}>
          {(ids) => (
            <input
              type="time"
              {...ids}
              value={rule.at}
              onChange={(event) => onChange({ at: event.target.value })}
            />
          )}
        </Field>
        <Field
          label="First day"
          error={mistake('from')}
          hint={isOne ? undefined : `The ${rule.unit} are counted from it`}
        >
          {(ids) => (
            <input
              type="date"
              {...ids}
              value={rule.from}
              onChange={(event) => onChange({ from: event.target.value })}
            />
          )}
        </Field>
      </div>
    </>
  );
}

type MonthProps = {
  rule: RuleDraft;
  error: string | undefined;
  onChange: (part: Partial<RuleDraft>) => void;
};

/** Which day of the month: by its number, by a weekday, or the last. */
function MonthDay({ rule, error, onChange }: MonthProps) {
  const choice = (monthBy: RuleDraft['monthBy'], text: string) => (
    <label className="choice-row choice-short">
      <input
        type="radio"
        name="month-by"
        checked={rule.monthBy === monthBy}
        onChange={() => onChange({ monthBy })}
      />
      <span>{text}</span>
    </label>
  );
  return (
    <fieldset className="field choice">
      <legend>On</legend>
      <div className="row-fields">
        {choice('day', 'Day')}
        <input
          type="text"
          className="narrow"
          inputMode="numeric"
          aria-label="Day of the month"
          value={rule.day}
          onChange={(event) => onChange({ monthBy: 'day', day: event.target.value })}
        />
      </div>
      <div className="row-fields">
        {choice('weekday', 'The')}
        <select
          aria-label="Which of the month"
          value={rule.which}
          onChange={(event) => {
            const which = whichOfMonth.find((known) => known === event.target.value);
            if (which) onChange({ monthBy: 'weekday', which });
          }}
        >
          {whichOfMonth.map((which) => (
            <option key={which}>{which}</option>
          ))}
        </select>
        <select
          aria-label="Weekday of the month"
          value={rule.weekday}
          onChange={(event) => {
            const weekday = weekdayNames.find((known) => known === event.target.value);
            if (weekday) onChange({ monthBy: 'weekday', weekday });
          }}
        >
          {weekdayNames.map((name) => (
            <option key={name} value={name}>
              {weekdayWords[name]}
            </option>
          ))}
        </select>
      </div>
      {choice('last', 'The last day')}
      {error && <p className="field-error">{error}</p>}
    </fieldset>
  );
}

const units = ['days', 'weeks', 'months'] as const satisfies readonly CalendarTrigger['unit'][];
