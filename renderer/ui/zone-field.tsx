import { useId } from 'react';
import { Field } from './field.tsx';

type ZoneProps = {
  label?: string;
  hint?: string;
  value: string;
  error: string | undefined;
  onChange: (zone: string) => void;
};

/** A time zone by its IANA name, with the known ones to choose from. */
export function ZoneField({ label = 'Time zone', hint, value, error, onChange }: ZoneProps) {
  const list = useId();
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <>
          <input
            type="text"
            {...ids}
            list={list}
            spellCheck={false}
            autoComplete="off"
            value={value}
            onChange={(event) => onChange(event.target.value.trim())}
          />
          <datalist id={list}>
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
