import { type ReactNode, useId } from 'react';

type FieldProps = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  /** Gets the ids that tie the control to its label, hint and error. */
  children: (ids: {
    id: string;
    'aria-describedby': string;
    'aria-invalid': boolean | undefined;
  }) => ReactNode;
};

/** A labelled control of a form. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': about, 'aria-invalid': error !== undefined || undefined })}
      <div id={about} className="field-about">
        {error && <p className="field-error">{error}</p>}
        {hint && <p className="field-hint">{hint}</p>}
      </div>
    </div>
  );
}
