import type { ReactNode } from 'react';
import { Field } from '../../ui/field.tsx';

type TextFieldProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  error?: string | undefined;
  hint?: ReactNode;
  /** Not shown while typed. */
  secret?: boolean;
  inputMode?: 'url' | 'numeric' | 'text';
};

/** One line of text that the browser neither corrects nor remembers. */
export function TextField(props: TextFieldProps) {
  const { label, value, onChange, error, hint, secret = false, inputMode = 'text' } = props;
  return (
    <Field label={label} error={error} hint={hint}>
      {(ids) => (
        <input
          type={secret ? 'password' : 'text'}
          {...ids}
          inputMode={inputMode}
          autoComplete="off"
          spellCheck={false}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
